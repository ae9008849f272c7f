// One connection's SIP side without a socket: a host that remembers, and a client that writes what pidgin-sipe writes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "reference-server/sip/address_guard.hpp"
#include "reference-server/sip/endpoint.hpp"

namespace poolcast::sip::testing {

class FakeHost : public Host {
public:
  double now_s() override { return time_s; }
  proto::UtcTime utc() override { return proto::UtcTime{std::chrono::milliseconds{1'700'000'000'000}}; }
  std::uint64_t random() override { return 0x0123456789ABCDEFULL + 0x9E3779B97F4A7C15ULL * ++randoms_; }
  std::string& output(Endpoint&) override { return written; }
  std::size_t unsent_bytes(const Endpoint&) const override { return written.size(); }
  void close_when_sent(Endpoint&) override { closed = true; }
  bool is_user(std::string_view user) override { return !disabled && user == "sip:alice@lab.example"; }
  Result<std::string> digest_ha1(std::string_view user) override;
  Result<proto::Md5Sum> nt_hash(std::string_view user) override;
  bool takes_sign_ins() override { return !draining; }
  bool may_send(std::size_t bytes) override { return addresses.take_bytes("here", bytes, time_s); }
  bool has_guessed_too_often() override { return addresses.locked("here", time_s); }
  void turned_away(TurnedAway why) override { refusals.push_back(why); }
  Result<ChatSession> open_chat(Endpoint&, Dialog& dialog, const NewChat& chat) override;
  void begin_chat(ChatSession session) override { begun.push_back(session); }
  void close_chat(ChatSession session, bool left, std::span<const Mark> marks) override {
    ended.emplace_back(session, left);
    unanswered.assign(marks.begin(), marks.end());
  }
  std::size_t chat_info(ChatSession session, std::uint64_t ticket, std::string_view body) override;
  Result<std::string> look_up(std::string_view body) override;
  void signed_in(std::string_view user, std::string_view) override { users.emplace_back(user); }
  void sign_in_failed(std::string_view user, std::string_view) override {
    failed.emplace_back(user);
    addresses.failed("here", time_s);
  }
  void delivered(std::size_t count) override { answered += count; }
  bool measures_cpu_now() override { return true; }
  double cpu_s() override { return time_s; }
  void served(const Served& one) override { measured.push_back(one); }

  struct Info {
    ChatSession session = 0;
    std::uint64_t ticket = 0;
    std::string body;
  };
  double time_s = 100;
  std::string written;
  bool closed = false;
  bool draining = false;
  bool disabled = false;
  std::vector<ChatSession> begun;
  std::vector<std::pair<ChatSession, bool>> ended;
  std::vector<Info> infos;
  std::vector<Mark> unanswered;  // of the dialog that ended last
  std::vector<NewChat> opened;
  std::vector<std::string> users, failed;
  std::size_t answered = 0;
  std::vector<Served> measured;
  AddressGuard addresses;
  std::vector<TurnedAway> refusals;
  std::size_t cost = 1;      // of an INFO
  Dialog* dialog = nullptr;  // of the last chat
  ChatSession last_session = 0;

private:
  std::uint64_t randoms_ = 0;
};

Settings settings();

// Speaks for one user; what the server writes is taken out message by message.
class Client {
public:
  explicit Client(FakeHost& host, SignInGuard& guard, const Settings& given, std::string user = "alice");

  // Gives back what the server wrote in answer.
  std::string say(const std::string& bytes);
  std::string request(const std::string& method, const std::string& uri, const std::string& to, const std::string& extra = {},
                      const std::string& body = {}, const std::string& call_id = "c1");
  std::string register_with(const std::string& extra = {}) { return request("REGISTER", "sip:lab.example", from_uri(), extra); }
  // Digest with this password; gives back the final answer.
  std::string sign_in(const std::string& password = "secret");
  // Opens a dialog; gives back the answer.
  std::string invite(const std::string& uri, const std::string& call_id);
  std::string in_dialog(const std::string& method, const std::string& body = {}, const std::string& call_id = "chat");

  // Answers an INFO of the chat's dialog.
  void answer(int cseq, int status);

  std::string from_uri() const { return "sip:" + user_ + "@lab.example"; }
  std::string to_tag;   // of the dialog that was opened last
  std::string pretend;  // another From than one's own
  Endpoint endpoint;

private:
  FakeHost& host_;
  std::string user_;
  proto::SipMessage scratch_;
  int cseq_ = 0;
};

std::string header_of(const std::string& message, const std::string& name);
int status_of(const std::string& message);

}  // namespace poolcast::sip::testing
