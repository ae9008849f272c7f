// Small XML documents as trees, and the escaping of what we write. Read through expat with namespaces; a document with a DOCTYPE
// is refused, so no entity but the five predefined ones exists.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reference-server/result.hpp"

namespace poolcast::proto {

struct XmlAttribute {
  std::string name;           // without a prefix
  std::string xml_namespace;  // empty for an attribute without a prefix
  std::string value;
  bool operator==(const XmlAttribute&) const = default;
};

struct XmlElement {
  std::string name;  // without its prefix
  std::string xml_namespace;
  std::vector<XmlAttribute> attributes;
  std::string text;  // of this element itself, all pieces joined; line ends as XML reads them, LF
  std::vector<XmlElement> children;

  // The attribute of that name without a namespace, or null.
  const std::string* attribute(std::string_view wanted) const;
  std::string_view attribute_or(std::string_view wanted, std::string_view otherwise) const;
  // The first child of that name, whatever its namespace, or null.
  const XmlElement* child(std::string_view wanted) const;
  bool operator==(const XmlElement&) const = default;
};

struct XmlLimits {
  std::size_t bytes = std::size_t{256} * 1024;
  std::size_t depth = 32;
  std::size_t elements = 10'000;    // a bjoin of every room a user may have is some hundreds
  std::size_t attributes = 40'000;  // of the whole document
};

// UTF-8 only. The error says why, without quoting the document.
Result<XmlElement> parse_xml(std::string_view document, const XmlLimits& limits = {});

// Escaped for the text of an element, or for an attribute in double quotes. Characters that XML 1.0 does not allow, and bytes
// that are not UTF-8, become U+FFFD; CR, and in attributes TAB and LF too, become character references, so that they survive.
void append_xml_text(std::string& out, std::string_view text);
void append_xml_attribute_value(std::string& out, std::string_view value);
// ` name="value"`
void append_xml_attribute(std::string& out, std::string_view name, std::string_view value);

// Whether every character is one XML 1.0 allows, in well-formed UTF-8.
bool is_xml_text(std::string_view text);

}  // namespace poolcast::proto
