// What one client connection says in SIP: who it is, its dialogs, its transactions. A state machine on parsed messages; it asks
// its Host for credentials, random numbers and the chat, and writes into the connection's output.
//
// Facts about clients: docs/reference-server.md. Transactions are matched as in RFC 2543 (Call-ID, tags, CSeq, method), because
// pidgin-sipe sends INVITE and everything in a dialog without a branch.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reference-server/proto/digest.hpp"
#include "reference-server/proto/ntlm.hpp"
#include "reference-server/proto/sip_message.hpp"
#include "reference-server/proto/sip_writer.hpp"
#include "reference-server/result.hpp"
#include "reference-server/sip/guard.hpp"
#include "reference-server/sip/settings.hpp"

namespace poolcast::sip {

class Endpoint;
struct Dialog;

// What the chat knows this dialog by; 0: none.
using ChatSession = std::uint64_t;

// What an INFO of ours delivers, in the chat's own numbers. stream 0: nothing that would have to be sent again.
struct Mark {
  std::int64_t stream = 0;
  std::int64_t number = 0;
  bool operator==(const Mark&) const = default;
};

struct NewChat {
  std::string user;  // canonical: `sip:ann@lab.example`
  std::string epid;
  std::uint64_t dialog_hash = 0;
  bool same_registration = false;
};

// What a request is part of, for whoever measures. INFOs of a chat's dialog are the chat's to measure.
enum class Step : std::uint8_t {
  register_user,  // REGISTER until it is accepted, challenges included
  provision,      // SUBSCRIBE, SERVICE and what else is asked before a chat
  lookup,         // the pool's dialog: which node serves me?
  open_chat,      // INVITE to the node
  refresh,        // REGISTER, SUBSCRIBE and UPDATE again
  sign_out,       // BYE of a chat, REGISTER with Expires: 0
};

// One request that was answered here; times as Host::now_s() tells them.
struct Served {
  Step step{};
  int status = 0;  // 0: it was not answered
  double arrived_s = 0;
  double begun_s = 0;  // until then it waited behind what the same read had brought
  double ended_s = 0;
  double cpu_s = -1;  // processor time of this thread; -1: not measured
};

// Why a request was refused that may be right in itself.
enum class TurnedAway : std::uint8_t { address_bytes, address_failures, rate };

class Host {
public:
  virtual ~Host() = default;
  virtual double now_s() = 0;
  virtual proto::UtcTime utc() = 0;
  virtual std::uint64_t random() = 0;  // from the cryptographic source

  virtual std::string& output(Endpoint& endpoint) = 0;
  virtual std::size_t unsent_bytes(const Endpoint& endpoint) const = 0;
  virtual void close_when_sent(Endpoint& endpoint) = 0;
  virtual bool is_user(std::string_view user) = 0;  // and not disabled

  // What proves the password; an error for a user that is not there, or disabled.
  virtual Result<std::string> digest_ha1(std::string_view user) = 0;
  virtual Result<proto::Md5Sum> nt_hash(std::string_view user) = 0;
  virtual bool takes_sign_ins() = 0;  // not while draining
  // Of the client's address, before a sign-in: whether it may send that much, and whether it has guessed too often.
  virtual bool may_send(std::size_t bytes) = 0;
  virtual bool has_guessed_too_often() = 0;
  virtual void turned_away(TurnedAway why) = 0;  // for the metrics

  virtual Result<ChatSession> open_chat(Endpoint& endpoint, Dialog& dialog, const NewChat& chat) = 0;
  virtual void begin_chat(ChatSession session) = 0;  // the client knows that the dialog is there
  // `unanswered`: what was sent, or was to be sent, and the client has not answered.
  virtual void close_chat(ChatSession session, bool left, std::span<const Mark> unanswered) = 0;
  // Gives back what it costs, in requests: an envelope may hold several, and some look at more than others.
  virtual std::size_t chat_info(ChatSession session, std::uint64_t ticket, std::string_view body) = 0;
  virtual Result<std::string> look_up(std::string_view body) = 0;

  virtual void signed_in(std::string_view user, std::string_view how) = 0;       // for the log
  virtual void sign_in_failed(std::string_view user, std::string_view why) = 0;  // never a secret
  virtual void delivered(std::size_t infos) = 0;                                 // our INFOs that were answered 200

  virtual bool measures_cpu_now() = 0;  // of the next request
  virtual double cpu_s() = 0;           // of this thread
  virtual void served(const Served& served) = 0;
};

// One INFO whose answer comes later: everything of the response but its status line.
struct PendingAnswer {
  std::uint64_t ticket = 0;
  std::string headers;
  std::string signed_parts;  // under NTLM: what the signature is made of, apart from the status
};

struct Dialog {
  enum class Kind : std::uint8_t { pool, node };
  Kind kind = Kind::pool;
  std::string call_id, remote_tag, local_tag;
  std::string local_uri, remote_uri;  // for signatures
  proto::DialogHead head;
  ChatSession session = 0;
  std::uint32_t next_cseq = 1;
  std::uint32_t unanswered = 0;
  double unanswered_since_s = 0;
  double refreshed_s = 0;  // of the last UPDATE; 0: the client does not refresh
  std::vector<PendingAnswer> pending;
  struct Sent {
    std::uint32_t cseq = 0;
    Mark mark;
  };
  std::vector<Sent> marked;  // in the order of sending, from `first_marked` on: not answered yet
  std::size_t first_marked = 0;
  struct Held {
    std::string entity;
    Mark mark;
  };
  std::vector<Held> held;  // under NTLM: what waits for the new keys of a handshake that is under way

  void answered(std::uint32_t cseq);
  std::vector<Mark> unanswered_marks() const;
};

class Endpoint {
public:
  Endpoint(Host& host, const Settings& settings, SignInGuard& guard);
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;
  ~Endpoint();

  // Bytes of the connection from a message's first one on; gives back how many are done with.
  std::size_t take(std::string_view bytes, proto::SipMessage& scratch);
  void lost();  // the connection is gone
  // About once a second. False: the connection must end, a deadline has passed.
  bool check_deadlines();

  // The final answer to an INFO of a chat session; late answers to ended dialogs go nowhere.
  void answer(Dialog& dialog, std::uint64_t ticket, int status, std::string_view reason);
  // `entity` is proto::make_entity()'s.
  void send_info(Dialog& dialog, std::string_view entity, const Mark& mark = {});
  // The chat has ended the session: what the client sends in the dialog is answered 481, upon which it begins again.
  void forget(ChatSession session);

  // Whether no INFO waits for its final answer.
  bool idle() const;
  const std::string& user() const { return user_; }
  bool signed_in() const { return !user_.empty(); }

private:
  using Message = proto::SipMessage;

  void on_frame(std::string_view text, std::size_t body_bytes, Message& scratch);
  void on_message(const Message& message);
  void on_request(const Message& request);
  void on_response(const Message& response);
  void handle(const Message& request, double now_s);
  bool admit(const Message& request);
  bool is_within_rate(std::size_t body_bytes, double now_s);
  std::optional<Step> step_of(const Message& request);

  // sign_in.cpp
  void on_register(const Message& request);
  static bool signs_out(const Message& request);
  void sign_out(const Message& request);
  void refuse_sign_in(const Message& request, const std::string& who, std::string_view why);
  void accept_sign_in(const Message& request, const std::string& who);
  bool digest_holds(const Message& request, const std::string& who, const proto::DigestCredentials& credentials);
  void on_register_digest(const Message& request, const std::string& who);
  void on_register_ntlm(const Message& request, const std::string& who);
  void challenge_digest(const Message& request);
  void challenge_ntlm(const Message& request, bool with_type2);
  bool signature_holds(const Message& request);
  bool signature_holds(const Message& request, const proto::NtlmKeys& keys, const std::string& opaque,
                       std::uint64_t& last_number) const;
  bool changes_keys() const { return ntlm_ && ntlm_->keys && ntlm_->challenged; }
  void end_connection();

  // dialogs.cpp
  void on_invite(const Message& request);
  void on_info(const Message& request);
  void on_update(const Message& request);
  void on_bye(const Message& request);
  void on_subscribe(const Message& request);
  void on_pool_info(const Message& request, Dialog& dialog);
  Result<std::unique_ptr<Dialog>> make_dialog(const Message& request, Dialog::Kind kind);
  Dialog* find(const Message& message, bool from_client);
  void end(Dialog& dialog, bool left);

  // Responses, signed where the sign-in asks for it.
  void respond(const Message& request, int status, std::string_view reason = {});
  // With the Expires header where there is one, because the signature covers it.
  void begin_response(std::string& out, const Message& request, int status, std::string_view to_tag, std::string_view reason = {},
                      std::optional<std::uint32_t> expires = {});
  std::string signature_line(const proto::SignedParts& parts);
  std::string new_tag();

  Host& host_;
  const Settings& settings_;
  SignInGuard& guard_;
  proto::FrameState frame_;

  std::string user_;  // canonical; empty before the sign-in
  std::string epid_;
  std::string gruu_;
  double connected_s_ = 0;
  double registered_until_s_ = 0;
  double message_began_s_ = 0;  // of one that is not whole yet; 0: none
  double read_s_ = 0;           // when the bytes came that are being taken; 0: no request among them yet
  double allowance_ = 0;
  double allowance_at_s_ = 0;
  unsigned failures_ = 0;
  unsigned messages_before_sign_in_ = 0;
  int answered_ = 0;  // status of the last answer
  bool provisioned_ = false;
  bool had_chat_ = false;
  bool ended_ = false;

  std::string nonce_;  // of the one open challenge: used once
  struct Ntlm {
    std::string opaque;      // of the keys
    std::string new_opaque;  // of the open challenge: until it is answered the old keys count
    proto::NtlmNonce nonce{};
    bool challenged = false;
    std::optional<proto::NtlmKeys> keys;
    std::uint64_t snum = 0;  // of our last signature
    std::uint64_t cnum = 0;  // of the client's
  };
  std::unique_ptr<Ntlm> ntlm_;
  std::vector<std::unique_ptr<Dialog>> dialogs_;
};

}  // namespace poolcast::sip
