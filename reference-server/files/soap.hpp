// SOAP 1.1 as the file web service speaks it: one call in a request's body, one answer or fault.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "reference-server/net/http.hpp"
#include "reference-server/result.hpp"

namespace poolcast::files {

// SOAP 1.1, section 3 and 4; the namespace of the service is the vendor's.
inline constexpr std::string_view envelope_namespace = "http://schemas.xmlsoap.org/soap/envelope/";
inline constexpr std::string_view service_namespace = "http://www.microsoft.com";

struct SoapCall {
  std::string operation;                      // "AppendChunk"
  std::map<std::string, std::string> fields;  // its children and their text

  // malformed names the field that is missing or no number.
  Result<std::string> text(const std::string& field) const;
  Result<std::uint64_t> number(const std::string& field) const;
};

Result<SoapCall> parse_soap(std::string_view body, std::size_t most_bytes);

// <OPERATIONResponse><OPERATIONResult>…: without a result when there is none to give, as ASP.NET does for `void`.
net::HttpResponse soap_answer(const std::string& operation, const std::optional<std::string>& result);
// A fault: status 500 as SOAP 1.1, section 6.2 asks; 503 when it may work later. The error's number stands in its detail.
net::HttpResponse soap_fault(const Error& error);

}  // namespace poolcast::files
