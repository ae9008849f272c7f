#include "reference-server/link/conversation.hpp"

#include <utility>

namespace poolcast::link {

Conversation::Conversation(ConversationHost& host, Hello self, Side side, ConversationLimits limits, double now_s)
    : host_(host), self_(std::move(self)), side_(side), limits_(limits), began_s_(now_s), heard_s_(now_s) {}

void Conversation::begin() {
  if (side_ == Side::caller) append(host_.output(), self_);
}

std::size_t Conversation::take(std::string_view bytes, double now_s) {
  std::size_t taken = 0;
  while (!has_ended()) {
    Frame frame = next_message(bytes.substr(taken), linked_ ? largest_message : largest_hello);
    if (frame.kind == Frame::Kind::need_more) break;
    if (frame.kind == Frame::Kind::refused) {
      refuse(std::string(frame.why));
      break;
    }
    taken += frame.size;
    heard_s_ = now_s;
    ++messages_heard_;
    if (too_many(frame.message, now_s)) {
      refuse("more messages in a second than a node sends");
      break;
    }
    hear(std::move(frame.message), now_s);
  }
  return taken;
}

// At first the other tells everybody who is there as fast as it can.
bool Conversation::too_many(const Message& message, double now_s) {
  if (linked_ && !all_told_ && std::holds_alternative<Presence>(message)) return ++told_at_first_ > limits_.most_at_first;
  all_told_ = all_told_ || std::holds_alternative<AllTold>(message);
  if (now_s - second_began_s_ >= 1) {
    second_began_s_ = now_s;
    in_this_second_ = 0;
  }
  return ++in_this_second_ > limits_.most_per_s;
}

void Conversation::hear(Message message, double now_s) {
  if (const auto* const goodbye = std::get_if<Goodbye>(&message)) {
    why_ = goodbye->why.empty() ? "it said goodbye" : goodbye->why;
    return;
  }
  const auto* const hello = std::get_if<Hello>(&message);
  if ((hello != nullptr) == linked_) return refuse("a node introduces itself once, and first");
  if (hello != nullptr) return introduce(*hello);
  if (const auto* const asked = std::get_if<Ask>(&message)) return append(host_.output(), Answer{asked->number});
  if (const auto* const answer = std::get_if<Answer>(&message)) {
    if (answer->number > last_asked_) return refuse("an answer to what nobody asked");
    if (answer->number == timed_) {
      round_trip_s_ = now_s - asked_s_;
      timed_ = 0;
    }
    return host_.answered(answer->number);
  }
  host_.heard(std::move(message));
}

void Conversation::introduce(const Hello& hello) {
  if (hello.version != self_.version)
    return refuse("it speaks version " + std::to_string(hello.version) + " of the protocol between nodes and we speak " +
                  std::to_string(self_.version) + "; run the same release on all nodes");
  if (const std::string objection = host_.objection(hello); !objection.empty()) return refuse(objection);
  if (side_ == Side::called) append(host_.output(), self_);
  linked_ = true;
  host_.linked(hello);
}

void Conversation::refuse(std::string why) {
  append(host_.output(), Goodbye{why.substr(0, longest_name)});
  why_ = std::move(why);
}

bool Conversation::check(double now_s) {
  if (has_ended()) return false;
  if (!linked_) {
    if (now_s - began_s_ <= limits_.hello_s) return true;
    why_ = "it has not said who it is";
    return false;
  }
  if (now_s - heard_s_ > limits_.silence_s) {
    why_ = "it has been silent for too long";
    return false;
  }
  if (now_s - asked_s_ >= limits_.ask_every_s) {
    asked_s_ = now_s;
    timed_ = ask();
  }
  return true;
}

std::uint64_t Conversation::ask() {
  append(host_.output(), Ask{++last_asked_});
  return last_asked_;
}

}  // namespace poolcast::link
