// Reads what a server sends without building anything: views into the receive buffer, one message at a time. It shares no code
// with the server's own parser on purpose, so that a mistake there does not hide here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace poolcast::loadgen {

struct Message {
  static constexpr std::size_t most_echoed = 8;

  int status = 0;           // of a response; 0 of a request
  std::string_view method;  // of a request; of a response the method that its CSeq names
  std::uint32_t cseq = 0;
  std::string_view call_id, to, contact, challenge;  // header values; `challenge` is the Proxy-Authenticate that says Digest
  std::array<std::string_view, most_echoed> echoed;  // the lines that a response repeats, line ends included
  std::size_t echoes = 0;
  std::string_view body;
};

enum class Framing { complete, incomplete, broken };

// Takes the first message off `bytes`; line ends before it (keep-alive bytes) are skipped.
Framing take_message(std::string_view& bytes, Message& message);

// The value of `name=value` or `name="value"` in a header; empty without it.
std::string_view parameter(std::string_view header, std::string_view name);

// What stands between < and >, or else before the first parameter.
std::string_view uri_in(std::string_view header);

// The value of an attribute of the first element of that name; empty without it. As written: entities are not resolved.
std::string_view attribute(std::string_view xml, std::string_view element, std::string_view name);

// What an XCCOS envelope carries: the name of the element inside `xccos`, and its start tag.
struct Carried {
  std::string_view element;  // grpchat, rpl, ntc, err, …; empty when there is none
  std::string_view tag;      // with its attributes
};
Carried carried(std::string_view body);

// The value of an attribute in a start tag.
std::string_view attribute_of(std::string_view tag, std::string_view name);

// A decimal number at the start of the text; 0 without one.
std::uint64_t number(std::string_view text);

// Appends the answer 200 to a request of the server.
void append_ok(std::string& out, const Message& request);

}  // namespace poolcast::loadgen
