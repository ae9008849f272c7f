#include <algorithm>
#include <array>
#include <utility>

#include "reference-server/proto/text.hpp"
#include "reference-server/proto/xccos_commands.hpp"
#include "reference-server/proto/xccos_reading.hpp"

namespace poolcast::proto {
namespace {

constexpr std::string_view xccos_namespace = "urn:parlano:xml:ns:xccos";
constexpr std::size_t most_requests = 16;
constexpr std::size_t longest_command_name = 64;

Command read_request_node(Reading& /*reading*/, const XmlElement& /*data*/) { return RequestNode{}; }
Command read_creatable_categories(Reading& /*reading*/, const XmlElement& /*data*/) { return GetCreatableCategories{}; }

Command read_server_info(Reading& reading, const XmlElement& data) {
  GetServerInfo command;
  if (const XmlElement* sib = data.child("sib")) {
    command.domain = sib->attribute_or("domain", "");
    command.info_type = number_of(reading, *sib, "infoType").value_or(command.info_type);
  }
  return command;
}

Command read_associations(Reading& reading, const XmlElement& data) {
  GetAssociations command;
  const XmlElement& association = needed_child(reading, data, "association");
  const auto role = role_named(association.attribute_or("type", "MEMBER"));
  if (!role) reading.refuse("association type is not a role");
  command.role = role.value_or(Role::member);
  command.max_results = count_of(reading, association, "maxResults");
  return command;
}

Command read_invitations(Reading& reading, const XmlElement& data) {
  GetInvitations command;
  if (const XmlElement* inv = data.child("inv")) command.after_id = number_of(reading, *inv, "inviteId").value_or(0);
  return command;
}

std::string label_of(Reading& reading, const XmlElement& pref) {
  auto label = text_of(pref, "label");
  if (!label || label->empty()) reading.refuse("a preference needs a label");
  return std::move(label).value_or("");
}

Command read_get_preference(Reading& reading, const XmlElement& data) {
  const XmlElement& pref = needed_child(reading, data, "pref");
  GetPreference command;
  command.label = label_of(reading, pref);
  command.create_default = flag_of(reading, pref, "createdefault").value_or(false);
  return command;
}

Command read_set_preference(Reading& reading, const XmlElement& data) {
  const XmlElement& pref = needed_child(reading, data, "pref");
  SetPreference command;
  command.label = label_of(reading, pref);
  command.seqid = number_of(reading, pref, "seqid").value_or(0);
  command.content = pref.attribute_or("content", "");
  return command;
}

std::optional<RoomAddress> room_id_of(Reading& reading, const XmlElement& chanid) {
  auto room = make_room_address(chanid.attribute_or("domain", ""), chanid.attribute_or("value", ""));
  if (!room) reading.refuse("chanid needs domain and value");
  return room;
}

Command read_join(Reading& reading, const XmlElement& data) {
  const XmlElement& chanid = needed_child(reading, data, "chanid");
  return Join{room_id_of(reading, chanid).value_or(RoomAddress{})};
}

Command read_batch_join(Reading& reading, const XmlElement& data) {
  BatchJoin command;
  for (const XmlElement& child : data.children) {
    if (child.name != "chanid") continue;
    if (auto room = room_id_of(reading, child)) command.rooms.push_back(std::move(*room));
  }
  if (command.rooms.empty()) reading.refuse("bjoin needs a chanid");
  return command;
}

Command read_part(Reading& reading, const XmlElement& data) {
  return Part{room_of(reading, needed_child(reading, data, "chanib"))};
}

Command read_file_token(Reading& reading, const XmlElement& data, GetFileToken::Direction direction) {
  const XmlElement& ftdb = needed_child(reading, data, "ftdb");
  GetFileToken command{direction, room_of(reading, ftdb, "channelUri"), std::string(ftdb.attribute_or("fileUrl", ""))};
  if (command.file.empty()) reading.refuse("a file token needs fileUrl");
  return command;
}
Command read_upload_token(Reading& reading, const XmlElement& data) {
  return read_file_token(reading, data, GetFileToken::Direction::upload);
}
Command read_download_token(Reading& reading, const XmlElement& data) {
  return read_file_token(reading, data, GetFileToken::Direction::download);
}

struct Entry {
  std::string_view name;
  Command (*read)(Reading&, const XmlElement&);
};
constexpr std::array<Entry, 26> readers{{
    {"bccontext", read_context},
    {"bcbydate", read_by_date},
    {"bcbymsg", read_by_message},
    {"bjoin", read_batch_join},
    {"catcreate", read_create_category},
    {"catmodify", read_change_category},
    {"chancreate", read_create_room},
    {"chandisable", read_disable_room},
    {"chanenable", read_enable_room},
    {"chanmodify", read_change_room},
    {"chansrch", read_search},
    {"findprincipals", read_find_principals},
    {"getassociations", read_associations},
    {"getcat", read_get_categories},
    {"getfdtok", read_download_token},
    {"getfutok", read_upload_token},
    {"getinv", read_invitations},
    {"getpref", read_get_preference},
    {"getroles", read_get_roles},
    {"getserverinfo", read_server_info},
    {"join", read_join},
    {"nodespermcreatechild", read_creatable_categories},
    {"part", read_part},
    {"requri", read_request_node},
    {"setpref", read_set_preference},
    {"setroles", read_change_roles},
}};

Command finish(Reading& reading, Command command) {
  if (reading.problem.empty()) return command;
  return Malformed{std::move(reading.problem)};
}

Command read_command(Reading& reading, std::string_view name, const XmlElement& element) {
  static const XmlElement no_data;
  const XmlElement* data = element.child("data");
  for (const Entry& entry : readers) {
    if (entry.name == name) {
      Command command = entry.read(reading, data != nullptr ? *data : no_data);
      return finish(reading, std::move(command));
    }
  }
  return UnknownCommand{};
}

std::optional<Request> read_request(const XmlElement& element) {
  Reading reading;
  Request request;
  request.seqid = number_of(reading, element, "seqid").value_or(1);
  if (element.name == "grpchat") {
    request.name = "grpchat";
    Command command = read_post(reading, element);
    request.command = finish(reading, std::move(command));
    return request;
  }
  std::string_view id = element.attribute_or("id", "");
  constexpr std::string_view prefix = "cmd:";
  if (element.name != "cmd" || !id.starts_with(prefix)) return std::nullopt;
  id.remove_prefix(prefix.size());
  if (id.empty() || id.size() > longest_command_name) return std::nullopt;
  request.name = id;
  request.command = read_command(reading, id, element);
  return request;
}

}  // namespace

const XmlElement& needed_child(Reading& reading, const XmlElement& parent, std::string_view name) {
  static const XmlElement nothing;
  const XmlElement* child = parent.child(name);
  if (child == nullptr) reading.refuse("a part is missing: " + std::string(name));
  return child != nullptr ? *child : nothing;
}

std::optional<std::string> text_of(const XmlElement& element, std::string_view attribute) {
  const std::string* value = element.attribute(attribute);
  if (value == nullptr) return std::nullopt;
  return *value;
}

std::optional<bool> flag_of(Reading& reading, const XmlElement& element, std::string_view attribute) {
  const std::string* value = element.attribute(attribute);
  if (value == nullptr) return std::nullopt;
  if (iequals(*value, "true")) return true;
  if (!iequals(*value, "false")) reading.refuse(std::string(attribute) + " is neither true nor false");
  return false;
}

std::optional<std::uint64_t> number_of(Reading& reading, const XmlElement& element, std::string_view attribute) {
  const std::string* value = element.attribute(attribute);
  if (value == nullptr) return std::nullopt;
  const auto number = parse_number(*value);
  if (!number) reading.refuse(std::string(attribute) + " is not a number");
  return number;
}

std::optional<std::uint32_t> count_of(Reading& reading, const XmlElement& element, std::string_view attribute) {
  const auto number = number_of(reading, element, attribute);
  if (!number) return std::nullopt;
  // More than there can be is as good as the most there can be.
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(*number, 0xFFFFFFFFU));
}

RoomAddress room_of(Reading& reading, const XmlElement& element, std::string_view attribute) {
  auto room = parse_room_uri(element.attribute_or(attribute, ""));
  if (!room) reading.refuse(std::string(attribute) + " is not the address of a room");
  return std::move(room).value_or(RoomAddress{});
}

CategoryAddress category_of(Reading& reading, const XmlElement& element, std::string_view attribute) {
  auto category = parse_category_uri(element.attribute_or(attribute, ""));
  if (!category) reading.refuse(std::string(attribute) + " is not the address of a category");
  return std::move(category).value_or(CategoryAddress{});
}

Result<Envelope> parse_xccos(std::string_view body, const XmlLimits& limits) {
  const auto document = parse_xml(body, limits);
  if (!document) return document.error();
  if (document->name != "xccos" || document->xml_namespace != xccos_namespace)
    return Error{ErrorCode::malformed, "the document is not an xccos envelope"};
  Envelope envelope;
  const auto envid = parse_number(document->attribute_or("envid", "0"));
  if (!envid) return Error{ErrorCode::malformed, "envid is not a number"};
  envelope.envid = *envid;
  for (const XmlElement& child : document->children) {
    auto request = read_request(child);
    if (!request) return Error{ErrorCode::malformed, "the envelope holds something that is neither cmd nor grpchat"};
    if (envelope.requests.size() == most_requests) return Error{ErrorCode::malformed, "too many requests in one envelope"};
    envelope.requests.push_back(std::move(*request));
  }
  if (envelope.requests.empty()) return Error{ErrorCode::malformed, "the envelope is empty"};
  for (const Request& request : envelope.requests)
    if (request.name == "grpchat" && envelope.requests.size() > 1)
      return Error{ErrorCode::malformed, "a post must be alone in its envelope"};
  return envelope;
}

}  // namespace poolcast::proto
