// One link between two nodes: who speaks, signs of life, barriers, and what is refused. It has no socket and no clock; times are
// seconds of a clock that grows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "reference-server/link/protocol.hpp"

namespace poolcast::link {

struct ConversationLimits {
  double hello_s = 10;                 // until the other has said who it is
  double ask_every_s = 1;              // so often something must be heard, so something is asked
  double silence_s = 5;                // after that the other counts as gone
  std::uint64_t most_per_s = 250'000;  // messages, but for those that tell at first who is there
  // Those: a node of the largest scenario has 320,000, which come within a second.
  std::uint64_t most_at_first = 2'000'000;
};

class Conversation;

// What a conversation asks of whoever holds it.
class ConversationHost {
public:
  virtual ~ConversationHost() = default;
  virtual std::string& output() = 0;
  // Why this node may not be linked; empty when it may: it proves its name, belongs to the pool, and reads the same database.
  virtual std::string objection(const Hello& hello) = 0;
  virtual void linked(const Hello& hello) = 0;  // the other has said who it is, and knows who we are
  virtual void heard(Message message) = 0;      // everything but Hello, Ask, Answer and Goodbye
  virtual void answered(std::uint64_t number) = 0;
};

class Conversation {
public:
  enum class Side : std::uint8_t {
    caller,  // speaks first
    called,  // says nothing to somebody who has not introduced himself
  };
  Conversation(ConversationHost& host, Hello self, Side side, ConversationLimits limits, double now_s);

  void begin();  // the connection stands
  // Gives back how many bytes it is done with. When it has ended, why() says so.
  std::size_t take(std::string_view bytes, double now_s);
  // About once a second: asks for a sign of life. False when the other has been silent for too long.
  bool check(double now_s);
  std::uint64_t ask();  // host.answered() follows, with this number

  bool is_linked() const { return linked_; }
  bool has_ended() const { return !why_.empty(); }
  const std::string& why() const { return why_; }
  double round_trip_s() const { return round_trip_s_; }  // the latest; 0: none yet
  std::uint64_t messages_heard() const { return messages_heard_; }

private:
  void introduce(const Hello& hello);
  void hear(Message message, double now_s);
  void refuse(std::string why);
  bool too_many(const Message& message, double now_s);

  ConversationHost& host_;
  Hello self_;
  Side side_;
  ConversationLimits limits_;
  std::string why_;  // it has ended
  double began_s_;
  double heard_s_;
  double asked_s_ = 0;
  double second_began_s_ = 0;
  std::uint64_t in_this_second_ = 0;
  std::uint64_t told_at_first_ = 0;
  std::uint64_t messages_heard_ = 0;
  std::uint64_t last_asked_ = 0;
  std::uint64_t timed_ = 0;  // the question whose answer is timed; 0: none
  double round_trip_s_ = 0;
  bool linked_ = false;
  bool all_told_ = false;  // the other has said who is there
};

}  // namespace poolcast::link
