// Messages as stock clients send them, ids shortened.
#pragma once

#include <string>
#include <string_view>

namespace poolcast::proto::samples {

// pidgin-sipe 1.25's first message [V].
inline const std::string register_request =
    "REGISTER sip:lab.example SIP/2.0\r\n"
    "Via: SIP/2.0/tls 127.0.0.1:36688;branch=z9hG4bK1234\r\n"
    "From: <sip:alice@lab.example>;tag=4996;epid=9e33288b9e49\r\n"
    "To: <sip:alice@lab.example>\r\n"
    "Max-Forwards: 70\r\n"
    "CSeq: 1 REGISTER\r\n"
    "User-Agent: Purple/2.14.12 Sipe/1.25.0\r\n"
    "Call-ID: 3B7Cx\r\n"
    "Contact: <sip:127.0.0.1:36688;transport=tls;ms-opaque=d3470f2e1d>;methods=\"INVITE, MESSAGE\";proxy=replace;"
    "+sip.instance=\"<urn:uuid:61634b1b-3e3c-5b8f-8b36-0d0f3b5e7a10>\"\r\n"
    "Supported: gruu-10, adhoclist, msrtc-event-categories, com.microsoft.msrtc.presence\r\n"
    "Event: registration\r\n"
    "Allow-Events: presence\r\n"
    "ms-keep-alive: UAC;hop-hop=yes\r\n"
    "Expires: 7200\r\n"
    "Content-Length: 0\r\n"
    "\r\n";

// An INFO of pidgin-sipe: no branch, transport in lower case [V].
inline std::string info_request(std::string_view body, int cseq = 2) {
  return "INFO sip:node@lab.example SIP/2.0\r\n"
         "Via: SIP/2.0/tls 127.0.0.1:36688\r\n"
         "From: <sip:alice@lab.example>;tag=3551;epid=9e33288b9e49\r\n"
         "To: <sip:node@lab.example>;tag=srv7\r\n"
         "Max-Forwards: 70\r\n"
         "CSeq: " +
         std::to_string(cseq) +
         " INFO\r\n"
         "Call-ID: 77AAx\r\n"
         "Content-Type: text/plain\r\n"
         "Content-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

// The answer to a delivery.
inline const std::string ok_response =
    "SIP/2.0 200 OK\r\n"
    "Via: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bKd7.12\r\n"
    "From: <sip:node@lab.example>;tag=srv7\r\n"
    "To: <sip:alice@lab.example>;tag=3551\r\n"
    "Call-ID: 77AAx\r\n"
    "CSeq: 12 INFO\r\n"
    "User-Agent: Purple/2.14.12 Sipe/1.25.0\r\n"
    "Content-Length: 0\r\n"
    "\r\n";

}  // namespace poolcast::proto::samples
