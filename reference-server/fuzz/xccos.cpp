// libFuzzer target: the body of an INFO. What is understood is written and read again, and must be the same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "domain/ensure.hpp"
#include "reference-server/proto/xccos.hpp"

namespace poolcast::proto {
namespace {

bool understood(const Envelope& envelope) {
  return std::none_of(envelope.requests.begin(), envelope.requests.end(),
                      [](const Request& request) { return std::holds_alternative<Malformed>(request.command); });
}

void check(std::string_view body) {
  const auto envelope = parse_xccos(body, {.depth = 8, .elements = 200, .attributes = 400});
  if (!envelope || !understood(*envelope)) return;
  std::string bytes;
  append_envelope(bytes, *envelope);
  const auto again = parse_xccos(bytes);
  ensure(static_cast<bool>(again), "what is written can be read");
  ensure(*again == *envelope, "what is read again is the same");
}

}  // namespace
}  // namespace poolcast::proto

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT(readability-identifier-naming): libFuzzer's
  poolcast::proto::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
