// What a fleet of clients tells the one who conducts it. Times are seconds on the fleet's clock.
#pragma once

#include <cstdint>
#include <string_view>

#include "domain/membership.hpp"
#include "domain/operation.hpp"

namespace poolcast::loadgen {

using EndpointNumber = std::uint32_t;
using PostNumber = std::uint32_t;

// What a client asks for in the chat dialog.
enum class Command : std::uint8_t {
  server_info,
  member_associations,
  manager_associations,
  batch_join,
  join,
  latest,
  invitations,
  history,
  read_back,  // history again, by the one who counts what was stored
  search,
  post,
};

// A post as it says of itself, inside its text.
struct Stamp {
  PostNumber post = 0;
  double intended = 0;  // when it was to be sent
};

class Listener {
public:
  Listener() = default;
  virtual ~Listener() = default;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Requests, as the metrics count them: a registration, an invitation and every command are one each.
  virtual void sent(Operation) {}
  virtual void completed(Operation) {}
  virtual void refused(Operation) {}
  virtual void lost(Operation) {}

  virtual void signed_in(EndpointNumber, double at, double seconds) = 0;  // `seconds` since its first attempt
  virtual void fell_out(EndpointNumber, double at) = 0;                   // was signed in, lost its server
  virtual void left(EndpointNumber, double at) = 0;                       // signed out as it was told
  virtual void gave_up(EndpointNumber, std::string_view why) = 0;         // wrong password, forbidden

  virtual void joined(EndpointNumber, double /*at*/, double /*seconds*/) {}
  virtual void read_history(EndpointNumber, double /*at*/, double /*seconds*/) {}
  virtual void searched(EndpointNumber, double /*at*/, double /*seconds*/) {}
  virtual void read_back(EndpointNumber, RoomNumber, std::string_view /*body*/) {}
  virtual void answered_with_error(Command, int /*code*/) {}

  virtual void acknowledged(PostNumber, double at) = 0;
  virtual void post_refused(PostNumber, int status, double at) = 0;
  virtual void post_lost(PostNumber, double at) = 0;  // the connection went before the answer came
  virtual void delivered(EndpointNumber, const Stamp&, double at) = 0;
  virtual void noticed(EndpointNumber, double /*at*/) {}  // a roster notice

  virtual void due(std::uint32_t subject, double at) = 0;  // what schedule() asked for; `at` is when it was due
  virtual void input_is_ready() {}
};

}  // namespace poolcast::loadgen
