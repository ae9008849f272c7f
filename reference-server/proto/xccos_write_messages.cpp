// Posts and history.
#include "reference-server/proto/text.hpp"
#include "reference-server/proto/xccos_writing.hpp"
#include "reference-server/proto/xml.hpp"

namespace poolcast::proto {
namespace {

// A message as `grpchat` on its way and as `msg` in a history.
void append_chat(std::string& out, std::string_view element, const ChatView& chat) {
  out.append("<").append(element).append(R"( id="grpchat" seqid="1")");
  append_room_uri(out, "chanUri", chat.room);
  append_xml_attribute(out, "author", chat.author);
  append_xml_attribute(out, "authdisp", chat.author_name);
  append_flag(out, "alert", chat.alert);
  append_attribute(out, "chatId", chat.id);
  append_xml_attribute(out, "ts", to_string(chat.at));
  if (!chat.story_title.empty()) append_xml_attribute(out, "title", chat.story_title);
  if (!chat.client_id.empty()) append_xml_attribute(out, "msgid", chat.client_id);
  out.append("><chat>");
  append_chat_text(out, chat.text);
  out.append("</chat>");
  if (!chat.rich_text.empty()) {
    out.append("<rtf>");
    append_xml_text(out, chat.rich_text);
    out.append("</rtf>");
  }
  out.append("</").append(element).append(">");
}

}  // namespace

void append_chat_text(std::string& out, std::string_view text) {
  while (true) {
    const std::size_t end = text.find('\r');
    append_xml_text(out, text.substr(0, end));
    if (end == std::string_view::npos) return;
    out += '\r';
    text.remove_prefix(end + 1);
  }
}

void append_post(std::string& out, std::uint64_t envid, const ChatView& chat) {
  begin_envelope(out, envid);
  append_chat(out, "grpchat", chat);
  end_envelope(out);
}

void append_history(std::string& out, const ReplyHead& head, std::string_view command, std::span<const RoomHistory> rooms) {
  begin_reply(out, head, command);
  for (const RoomHistory& room : rooms) {
    out.append("<chanib");
    append_room_uri(out, "uri", room.room);
    if (room.truncated) append_flag(out, "truncated", true);
    out += '>';
    for (const ChatView& chat : room.chats) append_chat(out, "msg", chat);
    out.append("</chanib>");
  }
  end_reply(out);
}

}  // namespace poolcast::proto
