#include "reference-server/files/soap.hpp"

#include "reference-server/proto/text.hpp"
#include "reference-server/proto/xml.hpp"

namespace poolcast::files {

namespace {

Error malformed(const std::string& what) { return {ErrorCode::malformed, what}; }

constexpr std::string_view head = R"(<?xml version="1.0" encoding="utf-8"?>)"
                                  "\n"
                                  R"(<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>)";
constexpr std::string_view tail = "</soap:Body></soap:Envelope>\n";

net::HttpResponse in_envelope(int status, const std::string& body) {
  return {.status = status, .content_type = "text/xml; charset=utf-8", .body = std::string(head) + body + std::string(tail)};
}

}  // namespace

Result<std::string> SoapCall::text(const std::string& field) const {
  const auto found = fields.find(field);
  if (found == fields.end()) return malformed("The call has no " + field + ".");
  return found->second;
}

Result<std::uint64_t> SoapCall::number(const std::string& field) const {
  auto digits = text(field);
  if (!digits) return digits.error();
  const auto number = proto::parse_number(proto::trimmed(*digits));
  // Far below where an offset and a size could overflow when added.
  constexpr std::uint64_t largest = std::uint64_t{1} << 48;
  if (!number || *number > largest) return malformed(field + " is no number that the service can use.");
  return *number;
}

Result<SoapCall> parse_soap(std::string_view body, std::size_t most_bytes) {
  const proto::XmlLimits limits{.bytes = most_bytes, .depth = 8, .elements = 64, .attributes = 64};
  auto document = proto::parse_xml(body, limits);
  if (!document) return document.error();
  if (document->name != "Envelope" || document->xml_namespace != envelope_namespace)
    return malformed("This is no envelope of SOAP 1.1.");
  const proto::XmlElement* soap_body = document->child("Body");
  if (soap_body == nullptr || soap_body->xml_namespace != envelope_namespace || soap_body->children.size() != 1)
    return malformed("The envelope must have a body with one call.");
  const proto::XmlElement& call = soap_body->children.front();
  if (call.xml_namespace != service_namespace) return malformed("The call is of another service.");
  SoapCall found{call.name, {}};
  for (const proto::XmlElement& field : call.children) {
    if (!field.children.empty()) return malformed(field.name + " may hold text only.");
    if (!found.fields.emplace(field.name, field.text).second) return malformed(field.name + " is there twice.");
  }
  return found;
}

net::HttpResponse soap_answer(const std::string& operation, const std::optional<std::string>& result) {
  std::string body = "<" + operation + "Response xmlns=\"" + std::string(service_namespace) + "\">";
  if (result) {
    body += "<" + operation + "Result>";
    proto::append_xml_text(body, *result);
    body += "</" + operation + "Result>";
  }
  return in_envelope(200, body + "</" + operation + "Response>");
}

net::HttpResponse soap_fault(const Error& error) {
  const bool is_ours = error.code == ErrorCode::internal || error.code == ErrorCode::unavailable;
  std::string body = std::string("<soap:Fault><faultcode>soap:") + (is_ours ? "Server" : "Client") + "</faultcode><faultstring>";
  proto::append_xml_text(body, error.message);
  body += "</faultstring><detail><code xmlns=\"urn:poolcast:files\">" + std::to_string(static_cast<int>(error.code)) +
          "</code></detail></soap:Fault>";
  net::HttpResponse response = in_envelope(error.code == ErrorCode::unavailable ? 503 : 500, body);
  if (error.code == ErrorCode::unavailable) response.headers.push_back({"Retry-After", "5"});
  return response;
}

}  // namespace poolcast::files
