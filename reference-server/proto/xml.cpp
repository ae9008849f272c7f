#include "reference-server/proto/xml.hpp"

#include <expat.h>

#include <memory>
#include <type_traits>

#include "reference-server/proto/text.hpp"
#include "reference-server/proto/unicode.hpp"

namespace poolcast::proto {
namespace {

// Between a namespace and a name in what expat hands over. No XML 1.0 document can hold this character, so no document can forge
// it.
constexpr char separator = '\x1F';

struct FreeParser {
  void operator()(XML_Parser parser) const noexcept { XML_ParserFree(parser); }
};
using Parser = std::unique_ptr<std::remove_pointer_t<XML_Parser>, FreeParser>;

// One run over one document. Expat calls back with it; a problem stops the parser.
struct Run {
  XML_Parser parser;
  const XmlLimits& limits;
  XmlElement document{};            // its only child is the root
  std::vector<XmlElement*> open{};  // the ancestors of what comes next; none moves while it is open
  std::size_t elements = 0;
  std::size_t attributes = 0;
  const char* problem = nullptr;

  void refuse(const char* why) {
    problem = why;
    XML_StopParser(parser, XML_FALSE);
  }
};

struct Name {
  std::string_view xml_namespace, name;
};

Name split(const char* qualified) {
  const std::string_view text = qualified;
  const std::size_t at = text.rfind(separator);
  if (at == std::string_view::npos) return {{}, text};
  return {text.substr(0, at), text.substr(at + 1)};
}

void on_start(void* user, const char* qualified, const char** attributes) {
  Run& run = *static_cast<Run*>(user);
  if (run.problem != nullptr) return;
  if (run.open.size() > run.limits.depth) return run.refuse("elements are nested too deeply");
  if (++run.elements > run.limits.elements) return run.refuse("too many elements");
  XmlElement& element = run.open.back()->children.emplace_back();
  const Name name = split(qualified);
  element.name = name.name;
  element.xml_namespace = name.xml_namespace;
  for (; *attributes != nullptr; attributes += 2) {
    if (++run.attributes > run.limits.attributes) return run.refuse("too many attributes");
    const Name attribute = split(attributes[0]);
    element.attributes.push_back({std::string(attribute.name), std::string(attribute.xml_namespace), attributes[1]});
  }
  run.open.push_back(&element);
}

void on_end(void* user, const char* /*qualified*/) {
  Run& run = *static_cast<Run*>(user);
  if (run.problem == nullptr) run.open.pop_back();
}

void on_text(void* user, const char* text, int size) {
  Run& run = *static_cast<Run*>(user);
  if (run.problem == nullptr) run.open.back()->text.append(text, static_cast<std::size_t>(size));
}

void on_doctype(void* user, const char* /*name*/, const char* /*system*/, const char* /*public*/, int /*internal*/) {
  static_cast<Run*>(user)->refuse("a document type is not accepted");
}

void on_declaration(void* user, const char* version, const char* encoding, int /*standalone*/) {
  Run& run = *static_cast<Run*>(user);
  if (version != nullptr && std::string_view(version) != "1.0") return run.refuse("only XML 1.0 is accepted");
  if (encoding != nullptr && !iequals(encoding, "UTF-8")) run.refuse("only UTF-8 is accepted");
}

Error refused(const Run& run) {
  if (run.problem != nullptr) return {ErrorCode::malformed, std::string("XML: ") + run.problem};
  return {ErrorCode::malformed, std::string("XML: ") + XML_ErrorString(XML_GetErrorCode(run.parser)) + " at line " +
                                    std::to_string(XML_GetCurrentLineNumber(run.parser))};
}

bool is_xml_character(std::uint32_t c) {
  // XML 1.0 section 2.2; surrogates are no UTF-8 to begin with.
  return c >= 0x20 ? c != 0xFFFE && c != 0xFFFF : c == '\t' || c == '\n' || c == '\r';
}

std::string_view escape_of(unsigned char c, bool in_attribute) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '\r':
      return "&#13;";
    case '"':
      return in_attribute ? "&quot;" : "";
    case '\t':
      return in_attribute ? "&#9;" : "";
    case '\n':
      return in_attribute ? "&#10;" : "";
    default:
      return "";
  }
}

void append_escaped(std::string& out, std::string_view text, bool in_attribute) {
  std::size_t plain = 0;  // from here on nothing had to be escaped
  const auto replace = [&](std::size_t at, std::size_t size, std::string_view with) {
    out.append(text.substr(plain, at - plain)).append(with);
    plain = at + size;
  };
  for (std::size_t at = 0; at < text.size();) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (c >= 0x80) {
      const CodePoint point = code_point_at(text, at);
      const std::size_t size = point.size == 0 ? 1 : point.size;
      if (point.size == 0 || !is_xml_character(point.value)) replace(at, size, "\xEF\xBF\xBD");
      at += size;
      continue;
    }
    if (!is_xml_character(c)) {
      replace(at, 1, "\xEF\xBF\xBD");
    } else if (const std::string_view escape = escape_of(c, in_attribute); !escape.empty()) {
      replace(at, 1, escape);
    }
    ++at;
  }
  out.append(text.substr(plain));
}

}  // namespace

const std::string* XmlElement::attribute(std::string_view wanted) const {
  for (const XmlAttribute& each : attributes)
    if (each.xml_namespace.empty() && each.name == wanted) return &each.value;
  return nullptr;
}

std::string_view XmlElement::attribute_or(std::string_view wanted, std::string_view otherwise) const {
  const std::string* found = attribute(wanted);
  return found != nullptr ? std::string_view(*found) : otherwise;
}

const XmlElement* XmlElement::child(std::string_view wanted) const {
  for (const XmlElement& each : children)
    if (each.name == wanted) return &each;
  return nullptr;
}

Result<XmlElement> parse_xml(std::string_view document, const XmlLimits& limits) {
  if (document.size() > limits.bytes) return Error{ErrorCode::too_large, "XML: the document is too large"};
  // Expat reads UTF-16 by its byte order mark whatever the declaration says; the mark is no UTF-8.
  if (!is_utf8(document)) return Error{ErrorCode::malformed, "XML: not well-formed UTF-8"};
  const Parser parser(XML_ParserCreateNS("UTF-8", separator));
  ensure(parser != nullptr, "memory for an XML parser");
  Run run{.parser = parser.get(), .limits = limits};
  run.open.push_back(&run.document);
  XML_SetUserData(parser.get(), &run);
  XML_SetElementHandler(parser.get(), on_start, on_end);
  XML_SetCharacterDataHandler(parser.get(), on_text);
  XML_SetStartDoctypeDeclHandler(parser.get(), on_doctype);
  XML_SetXmlDeclHandler(parser.get(), on_declaration);
  if (XML_Parse(parser.get(), document.data(), static_cast<int>(document.size()), XML_TRUE) != XML_STATUS_OK) return refused(run);
  return std::move(run.document.children.front());
}

void append_xml_text(std::string& out, std::string_view text) { append_escaped(out, text, false); }
void append_xml_attribute_value(std::string& out, std::string_view value) { append_escaped(out, value, true); }

void append_xml_attribute(std::string& out, std::string_view name, std::string_view value) {
  out.append(" ").append(name).append("=\"");
  append_escaped(out, value, true);
  out += '"';
}

bool is_xml_text(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = code_point_at(text, at);
    if (point.size == 0 || !is_xml_character(point.value)) return false;
    at += point.size;
  }
  return true;
}

}  // namespace poolcast::proto
