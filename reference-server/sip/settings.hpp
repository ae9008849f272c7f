// What a node says of itself in SIP, and its limits.
#pragma once

#include <cstdint>
#include <string>

#include "reference-server/proto/ntlm.hpp"
#include "reference-server/proto/sip_framer.hpp"

namespace poolcast::sip {

enum class Scheme : std::uint8_t {
  digest,  // asked by 407: pidgin-sipe and SIPp
  ntlm,    // NTLMv2, asked by 401: what the product's own clients expect; every message is signed
};

struct Settings {
  std::string domain;    // `lab.example`
  std::string pool_uri;  // `sip:pool@lab.example`: the address that sends a client to a node
  std::string node_uri;  // `sip:chat-1@lab.example`
  std::string via;       // `SIP/2.0/TLS 127.0.0.1:5061`
  std::string contact;   // host:port of our Contact
  Scheme scheme = Scheme::digest;
  std::string realm;
  proto::NtlmServer ntlm;

  std::uint32_t registration_s = 7'200;  // RFC 3261 section 10.2.1.1 leaves it to us; clients refresh 30 s before
  std::uint32_t session_s = 1'800;       // RFC 4028 section 4.2: the recommended value
  std::uint32_t keep_alive_s = 300;      // an idle client sends a double CRLF this often

  // Limits of one connection.
  double authenticate_within_s = 30;
  double finish_message_within_s = 30;   // a message that drips in slower is a slow-loris
  unsigned failures = 5;                 // wrong credentials on one connection; then it ends
  double requests_per_s = 200;           // above this rate requests are answered 503
  double request_burst = 2'000;          // a sign-in with some hundred rooms, at once
  std::size_t bytes_per_request = 4096;  // each so many bytes of a body count as one more request
  std::uint32_t unanswered = 20'000;     // INFOs of ours without an answer
  double answer_within_s = 32;           // RFC 3261 timer F: 64 × T1 of 500 ms; a dialog that stays silent is lost
  std::size_t dialogs = 8;
  std::size_t unsent_bytes = std::size_t{16} * 1024 * 1024;  // in one turn; whoever asks for more at once is shed
  unsigned messages_before_sign_in = 30;                     // malformed ones and answers to nothing, too
  std::size_t body_before_sign_in = std::size_t{8} * 1024;
  proto::FrameLimits frame;
};

}  // namespace poolcast::sip
