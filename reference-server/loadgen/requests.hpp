// What a client sends, as text: the shapes that pidgin-sipe 1.25 sends [V], written anew. Everything is appended to the end of
// `out`, so that what one turn of the loop produces for a connection leaves in one write.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace poolcast::loadgen {

// The two ends of a dialog, or of the registration.
struct Ends {
  std::string_view local_uri;  // sip:u000001@DOMAIN
  std::string_view local_tag;
  std::string_view epid;        // names the endpoint across connections
  std::string_view remote_uri;  // of the user itself, the pool or the node
  std::string_view remote_tag;  // empty before the first answer
  std::string_view call_id;
  std::string_view transport;  // TCP or TLS
  std::uint16_t local_port = 0;
};

// Via, From, To, Call-ID: what every request of a dialog has in common. Without a branch, as stock clients leave it out.
void append_ends(std::string& out, const Ends& ends);

// A request from its first line to its body.
struct Request {
  std::string_view method;
  std::string_view target;
  std::string_view ends;  // what append_ends() wrote
  std::uint32_t cseq = 0;
  std::string_view headers{};  // complete lines
  std::string_view body{};
};
void append_request(std::string& out, const Request& request);

void append_register(std::string& out, const Ends& ends, std::string_view ends_text, std::string_view authorization, bool leave);
void append_subscribe(std::string& out, const Ends& ends, std::string_view ends_text);
void append_invite(std::string& out, const Ends& ends, std::string_view ends_text);

// --- the bodies of INFO ---

inline constexpr std::string_view info_headers = "Content-Type: text/plain\r\n";

// `data` is what stands between <data> and </data>.
std::string command_body(std::uint64_t envid, std::string_view command, std::string_view data);
std::string room_list(std::span<const std::string_view> guids, std::string_view domain);  // chanid elements
std::string history_data(std::string_view room_uri, std::int64_t count, std::uint64_t before_message = 0);

struct PostText {
  std::uint64_t envid = 0;
  std::string_view room_uri;
  std::string_view author;
  std::string_view message_id;  // the client's own id of the post: a second try with it is stored once
  std::string_view text;        // nothing that XML would have to escape
};
std::string post_body(const PostText& post);

// The text of a post, `size` bytes long: whose run it is of, its number and when it was to be sent, then filler.
std::string stamped_text(std::string_view run, std::uint32_t post, double intended, std::size_t size);
// Reads it back; false when the text is not of this run.
bool read_stamp(std::string_view text, std::string_view run, std::uint32_t& post, double& intended);

}  // namespace poolcast::loadgen
