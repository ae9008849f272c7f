// Envelopes, replies, sign-in, files.
#include "domain/ensure.hpp"
#include "reference-server/proto/text.hpp"
#include "reference-server/proto/xccos_writing.hpp"
#include "reference-server/proto/xml.hpp"

namespace poolcast::proto {

void begin_envelope(std::string& out, std::uint64_t envid) {
  out.append(R"(<xccos xmlns="urn:parlano:xml:ns:xccos" ver="1")");
  append_attribute(out, "envid", envid);
  out += '>';
}

void end_envelope(std::string& out) { out.append("</xccos>"); }

namespace {

void append_response(std::string& out, int code, std::string_view text) {
  out.append("<resp");
  append_attribute(out, "code", static_cast<std::uint64_t>(code));
  out += '>';
  append_xml_text(out, text.empty() ? response_text(code) : text);
  out.append("</resp>");
}

}  // namespace

void begin_reply(std::string& out, const ReplyHead& head, std::string_view command) {
  ensure(head.code >= 100 && head.code <= 699, "a response code is 100 to 699");
  begin_envelope(out, head.envid);
  out.append("<rpl id=\"rpl:");
  append_xml_attribute_value(out, command);
  out.append(R"(" seqid="1"><commandid)");
  append_attribute(out, "seqid", head.command_seqid);
  append_attribute(out, "envid", head.command_envid);
  out.append("/>");
  append_response(out, head.code, head.text);
  out.append("<data>");
}

void end_reply(std::string& out) {
  out.append("</data></rpl>");
  end_envelope(out);
}

void append_attribute(std::string& out, std::string_view name, std::uint64_t number) {
  out.append(" ").append(name).append("=\"");
  append_number(out, number);
  out += '"';
}

void append_flag(std::string& out, std::string_view name, bool flag) {
  out.append(" ").append(name).append(flag ? "=\"true\"" : "=\"false\"");
}

void append_room_uri(std::string& out, std::string_view name, const RoomView& room) {
  out.append(" ").append(name).append("=\"ma-chan://");
  append_xml_attribute_value(out, room.domain);
  out += '/';
  append_xml_attribute_value(out, room.guid);
  out += '"';
}

void append_category_uri(std::string& out, std::string_view name, const CategoryView& category) {
  out.append(" ").append(name).append("=\"ma-cat://");
  append_xml_attribute_value(out, category.domain);
  out += '/';
  append_xml_attribute_value(out, category.guid);
  out += '"';
}

void append_reply(std::string& out, const ReplyHead& head, std::string_view command) {
  begin_reply(out, head, command);
  end_reply(out);
}

void append_unreadable(std::string& out, std::uint64_t envid, int code, std::string_view text) {
  begin_envelope(out, envid);
  out.append(R"(<err id="err" seqid="1"><commandid seqid="0" envid="0"/>)");
  append_response(out, code, text);
  out.append("</err>");
  end_envelope(out);
}

void append_node(std::string& out, const ReplyHead& head, std::string_view node_uri) {
  begin_reply(out, head, "requri");
  out.append("<uib");
  append_xml_attribute(out, "uri", node_uri);
  out.append(" type=\"5\"/>");
  end_reply(out);
}

void append_server_info(std::string& out, const ReplyHead& head, const ServerInfo& info) {
  begin_reply(out, head, "getserverinfo");
  out.append("<sib");
  append_attribute(out, "infoType", info.info_type);
  append_xml_attribute(out, "serverTime", to_string(info.server_time));
  append_attribute(out, "searchLimit", info.search_limit);
  append_attribute(out, "messageSizeLimit", info.message_size_limit);
  append_attribute(out, "storySizeLimit", info.story_size_limit);
  append_category_uri(out, "rootUri", info.root);
  append_xml_attribute(out, "dbVersion", info.database_version);
  if (!info.display_name.empty()) append_xml_attribute(out, "displayName", info.display_name);
  if (!info.management_url.empty()) append_xml_attribute(out, "roomManagementUrl", info.management_url);
  out.append("/>");
  end_reply(out);
}

namespace {

void append_invitation(std::string& out, const Invitation& invitation) {
  out.append("<inv");
  append_attribute(out, "inviteId", invitation.id);
  append_xml_attribute(out, "domain", invitation.room.domain);
  append_room_uri(out, "chanUri", invitation.room);
  append_xml_attribute(out, "name", invitation.room_name);
  append_xml_attribute(out, "author", invitation.invited_by);
  append_xml_attribute(out, "ts", to_string(invitation.at));
  out.append("/>");
}

}  // namespace

void append_invitations(std::string& out, const ReplyHead& head, std::span<const Invitation> invitations) {
  begin_reply(out, head, "getinv");
  for (const Invitation& invitation : invitations) append_invitation(out, invitation);
  end_reply(out);
}

void append_invitation_notice(std::string& out, std::uint64_t envid, const Invitation& invitation) {
  begin_envelope(out, envid);
  out.append(R"(<ntc id="ntc:invite" seqid="1"><data>)");
  append_invitation(out, invitation);
  out.append("</data></ntc>");
  end_envelope(out);
}

void append_preference(std::string& out, const ReplyHead& head, const Preference& preference) {
  begin_reply(out, head, "getpref");
  out.append("<pref");
  append_xml_attribute(out, "label", preference.label);
  append_attribute(out, "seqid", preference.seqid);
  append_xml_attribute(out, "content", preference.content);
  out.append("/>");
  end_reply(out);
}

void append_file_token(std::string& out, const ReplyHead& head, std::string_view token, std::string_view server_url) {
  begin_reply(out, head, "getftok");
  out.append("<token");
  append_xml_attribute(out, "token", token);
  append_xml_attribute(out, "serveruri", server_url);
  out.append("/>");
  end_reply(out);
}

}  // namespace poolcast::proto
