// The clients' side: writes what xccos_read*.cpp reads.
#include "domain/ensure.hpp"
#include "reference-server/proto/text.hpp"
#include "reference-server/proto/xccos_commands.hpp"
#include "reference-server/proto/xccos_writing.hpp"
#include "reference-server/proto/xml.hpp"

namespace poolcast::proto {
namespace {

void append_uri(std::string& out, std::string_view name, const RoomAddress& room) {
  append_room_uri(out, name, {room.domain, room.guid});
}
void append_uri(std::string& out, std::string_view name, const CategoryAddress& category) {
  append_category_uri(out, name, {category.domain, category.guid});
}

void append_optional(std::string& out, std::string_view name, const std::optional<std::string>& text) {
  if (text) append_xml_attribute(out, name, *text);
}
void append_optional(std::string& out, std::string_view name, const std::optional<bool>& flag) {
  if (flag) append_flag(out, name, *flag);
}
void append_optional(std::string& out, std::string_view name, const std::optional<std::uint64_t>& number) {
  if (number) append_attribute(out, name, *number);
}
void append_optional(std::string& out, std::string_view name, const std::optional<std::uint32_t>& number) {
  if (number) append_attribute(out, name, *number);
}
void append_optional(std::string& out, std::string_view name, const std::optional<CategoryAddress>& category) {
  if (category) append_uri(out, name, *category);
}

void append_settings(std::string& out, const RoomSettings& settings) {
  append_optional(out, "name", settings.name);
  append_optional(out, "description", settings.description);
  append_optional(out, "topic", settings.topic);
  if (settings.privacy) append_xml_attribute(out, "visibility", wire_name(*settings.privacy));
  if (settings.behavior) append_xml_attribute(out, "behavior", wire_name(*settings.behavior));
  append_optional(out, "invite", settings.invitations);
  append_optional(out, "filepost", settings.file_upload);
  append_optional(out, "logged", settings.logged);
  append_optional(out, "version", settings.version);
}

void append_settings(std::string& out, const CategorySettings& settings) {
  append_optional(out, "name", settings.name);
  append_optional(out, "description", settings.description);
  append_optional(out, "invite", settings.invitations);
  append_optional(out, "filepost", settings.file_upload);
  append_optional(out, "logged", settings.logged);
  append_optional(out, "version", settings.version);
}

void append_changes(std::string& out, const std::vector<RoleChange>& changes) {
  for (const RoleChange& change : changes) {
    out.append("<role");
    append_xml_attribute(out, "key", wire_name(change.role));
    out += '>';
    for (const std::string& uri : change.add) {
      out.append("<add");
      append_xml_attribute(out, "uri", uri);
      out.append("/>");
    }
    for (const std::string& uri : change.remove) {
      out.append("<remove");
      append_xml_attribute(out, "uri", uri);
      out.append("/>");
    }
    out.append("</role>");
  }
}

// `<name attribute="…"/>` of one number.
void append_count(std::string& out, std::string_view element, std::string_view attribute, std::optional<std::uint64_t> number) {
  if (!number) return;
  out.append("<").append(element);
  append_attribute(out, attribute, *number);
  out.append("/>");
}

void append_time(std::string& out, std::string_view element, const std::optional<UtcTime>& time) {
  if (!time) return;
  out.append("<").append(element);
  append_xml_attribute(out, "value", to_string(*time));
  out.append("/>");
}

std::string_view name_of(RoomSearch::By by) {
  switch (by) {
    case RoomSearch::By::name:
      return "BYNAME";
    case RoomSearch::By::category:
      return "BYCATEGORY";
    case RoomSearch::By::mine:
      return "MYROOMS";
  }
  return {};
}

// What stands inside `data`; one overload per command.
struct DataWriter {
  std::string& out;

  void operator()(const UnknownCommand& /*command*/) const {}
  void operator()(const Malformed& /*command*/) const {}
  void operator()(const RequestNode& /*command*/) const {}
  void operator()(const GetCreatableCategories& /*command*/) const {}
  void operator()(const Post& /*command*/) const { ensure(false, "a post has no data element"); }

  void operator()(const GetServerInfo& command) const {
    out.append("<sib");
    append_xml_attribute(out, "domain", command.domain);
    append_attribute(out, "infoType", command.info_type);
    out.append("/>");
  }
  void operator()(const GetAssociations& command) const {
    out.append("<association");
    append_xml_attribute(out, "type", wire_name(command.role));
    append_optional(out, "maxResults", command.max_results);
    out.append("/>");
  }
  void operator()(const GetInvitations& command) const {
    out.append("<inv");
    append_attribute(out, "inviteId", command.after_id);
    out.append("/>");
  }
  void operator()(const GetPreference& command) const {
    out.append("<pref");
    append_xml_attribute(out, "label", command.label);
    append_flag(out, "createdefault", command.create_default);
    out.append("/>");
  }
  void operator()(const SetPreference& command) const {
    out.append("<pref");
    append_xml_attribute(out, "label", command.label);
    append_attribute(out, "seqid", command.seqid);
    append_xml_attribute(out, "content", command.content);
    out.append("/>");
  }
  void operator()(const RoomSearch& search) const {
    out.append("<qib");
    append_xml_attribute(out, "qtype", name_of(search.by));
    append_xml_attribute(out, "criteria", search.criteria);
    append_flag(out, "extended", search.extended);
    if (!search.member.empty()) append_xml_attribute(out, "member", search.member);
    if (!search.manager.empty()) append_xml_attribute(out, "manager", search.manager);
    append_optional(out, "category", search.category);
    append_optional(out, "disabled", search.disabled);
    if (search.privacy) append_xml_attribute(out, "visibility", wire_name(*search.privacy));
    if (search.behavior) append_xml_attribute(out, "behavior", wire_name(*search.behavior));
    append_optional(out, "invite", search.invitations);
    append_optional(out, "maxResults", search.max_results);
    out.append("/>");
  }
  void operator()(const Join& command) const { append_chanid(0, command.room); }
  void operator()(const BatchJoin& command) const {
    for (std::size_t i = 0; i < command.rooms.size(); ++i) append_chanid(i, command.rooms[i]);
  }
  void operator()(const Part& command) const { append_chanib(command.room); }
  void operator()(const GetHistory& command) const {
    const HistoryQuery& query = command.query;
    for (const RoomAddress& room : query.rooms) append_chanib(room);
    out.append("<bcq>");
    append_count(out, "last", "cnt", query.last);
    append_count(out, "next", "cnt", query.next);
    append_count(out, "msgid", "value", query.anchor);
    append_time(out, "sdate", query.begin);
    append_time(out, "edate", query.end);
    append_search_text(query);
    for (const std::string& author : query.authors) {
      out.append("<author");
      append_xml_attribute(out, "uri", author);
      out.append("/>");
    }
    append_count(out, "limit", "cnt", query.limit);
    if (query.order == HistoryQuery::Order::newest_first) out.append("<order value=\"DESC\"/>");
    out.append("</bcq>");
  }
  void operator()(const GetFileToken& command) const {
    out.append("<ftdb");
    append_uri(out, "channelUri", command.room);
    append_xml_attribute(out, "fileUrl", command.file);
    out.append("/>");
  }
  void operator()(const CreateRoom& command) const {
    out.append("<chanib");
    append_uri(out, "parent", command.category);
    append_settings(out, command.settings);
    out += '>';
    append_changes(out, command.roles);
    out.append("</chanib>");
  }
  void operator()(const ChangeRoom& command) const {
    out.append("<chanib");
    append_uri(out, "uri", command.room);
    append_settings(out, command.settings);
    out.append("/>");
  }
  void operator()(const EnableRoom& command) const { append_chanib(command.room); }
  void operator()(const GetRoles& command) const { append_chanib(command.room); }
  void operator()(const ChangeRoles& command) const {
    out.append("<chanib");
    append_uri(out, "uri", command.room);
    out += '>';
    append_changes(out, command.changes);
    out.append("</chanib>");
  }
  void operator()(const FindPrincipals& command) const {
    out.append("<qib");
    append_xml_attribute(out, "criteria", command.criteria);
    append_optional(out, "maxResults", command.max_results);
    out.append("/>");
    if (command.room) append_chanib(*command.room);
  }
  void operator()(const CreateCategory& command) const {
    out.append("<catib");
    append_optional(out, "parent", command.parent);
    append_settings(out, command.settings);
    out += '>';
    append_changes(out, command.roles);
    out.append("</catib>");
  }
  void operator()(const GetCategories& command) const {
    if (!command.category) return;
    out.append("<catib");
    append_uri(out, "uri", *command.category);
    out.append("/>");
  }
  void operator()(const ChangeCategory& command) const {
    out.append("<catib");
    append_uri(out, "uri", command.category);
    append_settings(out, command.settings);
    out += '>';
    append_changes(out, command.roles);
    out.append("</catib>");
  }

private:
  void append_chanid(std::size_t key, const RoomAddress& room) const {
    out.append("<chanid");
    append_attribute(out, "key", key);
    append_xml_attribute(out, "domain", room.domain);
    append_xml_attribute(out, "value", room.guid);
    out.append("/>");
  }
  void append_chanib(const RoomAddress& room) const {
    out.append("<chanib");
    append_uri(out, "uri", room);
    out.append("/>");
  }
  void append_search_text(const HistoryQuery& query) const {
    if (query.text.empty()) return;
    out.append(query.phrase ? "<text mt=\"PHRASE\"" : "<text mt=\"ALL\"");
    append_flag(out, "matchcase", query.match_case);
    out += '>';
    append_xml_text(out, query.text);
    out.append("</text>");
  }
};

// The name of each command on the wire.
struct CommandName {
  std::string_view operator()(const UnknownCommand& /*c*/) const { return {}; }
  std::string_view operator()(const Malformed& /*c*/) const { return {}; }
  std::string_view operator()(const RequestNode& /*c*/) const { return "requri"; }
  std::string_view operator()(const GetServerInfo& /*c*/) const { return "getserverinfo"; }
  std::string_view operator()(const GetAssociations& /*c*/) const { return "getassociations"; }
  std::string_view operator()(const GetInvitations& /*c*/) const { return "getinv"; }
  std::string_view operator()(const GetPreference& /*c*/) const { return "getpref"; }
  std::string_view operator()(const SetPreference& /*c*/) const { return "setpref"; }
  std::string_view operator()(const RoomSearch& /*c*/) const { return "chansrch"; }
  std::string_view operator()(const Join& /*c*/) const { return "join"; }
  std::string_view operator()(const BatchJoin& /*c*/) const { return "bjoin"; }
  std::string_view operator()(const Part& /*c*/) const { return "part"; }
  std::string_view operator()(const Post& /*c*/) const { return "grpchat"; }
  std::string_view operator()(const GetHistory& c) const {
    switch (c.command) {
      case GetHistory::Command::context:
        return "bccontext";
      case GetHistory::Command::by_date:
        return "bcbydate";
      case GetHistory::Command::by_message:
        return "bcbymsg";
    }
    return {};
  }
  std::string_view operator()(const GetFileToken& c) const {
    return c.direction == GetFileToken::Direction::upload ? "getfutok" : "getfdtok";
  }
  std::string_view operator()(const GetCreatableCategories& /*c*/) const { return "nodespermcreatechild"; }
  std::string_view operator()(const CreateRoom& /*c*/) const { return "chancreate"; }
  std::string_view operator()(const ChangeRoom& /*c*/) const { return "chanmodify"; }
  std::string_view operator()(const EnableRoom& c) const { return c.enabled ? "chanenable" : "chandisable"; }
  std::string_view operator()(const GetRoles& /*c*/) const { return "getroles"; }
  std::string_view operator()(const ChangeRoles& /*c*/) const { return "setroles"; }
  std::string_view operator()(const FindPrincipals& /*c*/) const { return "findprincipals"; }
  std::string_view operator()(const CreateCategory& /*c*/) const { return "catcreate"; }
  std::string_view operator()(const GetCategories& /*c*/) const { return "getcat"; }
  std::string_view operator()(const ChangeCategory& /*c*/) const { return "catmodify"; }
};

void append_post_command(std::string& out, const Request& request, const Post& post) {
  out.append("<grpchat id=\"grpchat\"");
  append_attribute(out, "seqid", request.seqid);
  append_uri(out, "chanUri", post.room);
  if (!post.story_title.empty()) append_xml_attribute(out, "title", post.story_title);
  if (!post.client_id.empty()) append_xml_attribute(out, "msgid", post.client_id);
  if (post.alert) append_flag(out, "alert", true);
  out.append("><chat>");
  append_chat_text(out, post.text);
  out.append("</chat>");
  if (!post.rich_text.empty()) {
    out.append("<rtf>");
    append_xml_text(out, post.rich_text);
    out.append("</rtf>");
  }
  out.append("</grpchat>");
}

}  // namespace

Request make_request(Command command, std::uint64_t seqid) {
  const std::string_view name = std::visit(CommandName{}, command);
  ensure(!name.empty(), "what is not understood has no name");
  return {std::string(name), seqid, std::move(command)};
}

void append_envelope(std::string& out, const Envelope& envelope) {
  begin_envelope(out, envelope.envid);
  for (const Request& request : envelope.requests) {
    if (const auto* post = std::get_if<Post>(&request.command)) {
      append_post_command(out, request, *post);
      continue;
    }
    out.append("<cmd id=\"cmd:");
    append_xml_attribute_value(out, request.name);
    out += '"';
    append_attribute(out, "seqid", request.seqid);
    out.append("><data>");
    std::visit(DataWriter{out}, request.command);
    out.append("</data></cmd>");
  }
  end_envelope(out);
}

}  // namespace poolcast::proto
