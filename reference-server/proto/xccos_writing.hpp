// Pieces that all writers of XCCOS share. Only xccos_write*.cpp include it.
#pragma once

#include <string>
#include <string_view>

#include "reference-server/proto/xccos_replies.hpp"

namespace poolcast::proto {

void begin_envelope(std::string& out, std::uint64_t envid);
void end_envelope(std::string& out);
// Up to and with `<data>`, and from `</data>` on.
void begin_reply(std::string& out, const ReplyHead& head, std::string_view command);
void end_reply(std::string& out);

void append_attribute(std::string& out, std::string_view name, std::uint64_t number);
void append_flag(std::string& out, std::string_view name, bool flag);
void append_room_uri(std::string& out, std::string_view name, const RoomView& room);
void append_category_uri(std::string& out, std::string_view name, const CategoryView& category);

// `chanib` of a room, still open for what goes inside it; close with `</chanib>`.
void begin_room(std::string& out, const RoomDetails& room);

// The text of a chat: line ends are written as they are, not as references [V].
void append_chat_text(std::string& out, std::string_view text);

}  // namespace poolcast::proto
