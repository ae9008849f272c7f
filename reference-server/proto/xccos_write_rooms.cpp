// Rooms, joins, people, categories.
#include "reference-server/proto/text.hpp"
#include "reference-server/proto/xccos_writing.hpp"
#include "reference-server/proto/xml.hpp"

namespace poolcast::proto {
namespace {

void append_info(std::string& out, std::string_view name, std::string_view value) {
  out.append("<info id=\"urn:parlano:ma:info:").append(name).append("\">");
  append_xml_text(out, value);
  out.append("</info>");
}

void append_property(std::string& out, std::string_view name, bool value) {
  out.append("<prop id=\"urn:parlano:ma:prop:").append(name).append(value ? "\">True</prop>" : "\">False</prop>");
}

void append_room_parts(std::string& out, const RoomDetails& room) {
  if (room.participants) append_info(out, "ucnt", std::to_string(*room.participants));
  // The first spelling is the one pidgin-sipe looks for [V]; the second is for everybody else.
  append_info(out, "visibilty", wire_name(room.privacy));
  append_info(out, "visibility", wire_name(room.privacy));
  append_property(out, "logged", room.logged);
  append_property(out, "invite", room.invitations);
  append_property(out, "filepost", room.file_upload);
}

void append_people_numbers(std::string& out, int key, std::span<const std::uint32_t> people) {
  if (people.empty()) return;
  out.append("<aib");
  append_attribute(out, "key", static_cast<std::uint64_t>(key));
  out.append(" value=\"");
  for (std::size_t i = 0; i < people.size(); ++i) {
    if (i > 0) out += ',';
    append_number(out, people[i]);
  }
  out.append("\"/>");
}

void append_person_attributes(std::string& out, const PersonView& person) {
  append_xml_attribute(out, "uri", person.uri);
  append_xml_attribute(out, "uname", person.user_name);
  append_xml_attribute(out, "dispname", person.display_name);
}

void append_person(std::string& out, const PersonView& person, std::size_t id) {
  out.append("<uib");
  append_attribute(out, "id", id);
  append_person_attributes(out, person);
  out.append("/>");
}

void append_roles(std::string& out, std::span<const RoleList> roles) {
  for (const RoleList& list : roles) {
    out.append("<role");
    append_xml_attribute(out, "key", wire_name(list.role));
    out += '>';
    for (std::size_t i = 0; i < list.people.size(); ++i) append_person(out, list.people[i], i);
    out.append("</role>");
  }
}

void append_presence(std::string& out, int key, const RoomView& room) {
  out.append("<aib");
  append_attribute(out, "key", static_cast<std::uint64_t>(key));
  append_xml_attribute(out, "domain", room.domain);
  append_xml_attribute(out, "value", room.guid);
  out.append("/>");
}

}  // namespace

void begin_room(std::string& out, const RoomDetails& room) {
  out.append("<chanib");
  append_xml_attribute(out, "name", room.name);
  append_xml_attribute(out, "description", room.description);
  append_room_uri(out, "uri", room.room);
  append_category_uri(out, "parent", room.category);
  append_xml_attribute(out, "behavior", wire_name(room.behavior));
  append_xml_attribute(out, "topic", room.topic);
  out.append(" filerepository=\"\"");
  append_flag(out, "disabled", room.disabled);
  if (room.version) append_attribute(out, "version", *room.version);
  out += '>';
}

void append_rooms(std::string& out, const ReplyHead& head, std::string_view command, std::span<const RoomDetails> rooms) {
  begin_reply(out, head, command);
  for (const RoomDetails& room : rooms) {
    begin_room(out, room);
    append_room_parts(out, room);
    out.append("</chanib>");
  }
  end_reply(out);
}

void append_joined(std::string& out, const ReplyHead& head, bool batch, const JoinOutcome& outcome) {
  begin_reply(out, head, batch ? "bjoin" : "join");
  for (const JoinedRoom& room : outcome.rooms) {
    begin_room(out, room.details);
    append_room_parts(out, room.details);
    append_people_numbers(out, participant_key, room.participants);
    append_people_numbers(out, manager_key, room.managers);
    append_people_numbers(out, presenter_key, room.presenters);
    out.append("</chanib>");
  }
  for (std::size_t i = 0; i < outcome.people.size(); ++i) append_person(out, outcome.people[i], i);
  for (const RoomView& room : outcome.failed) {
    out.append("<fib key=\"OPERATION_FAILED\"");
    append_xml_attribute(out, "value", room.guid);
    append_xml_attribute(out, "domain", room.domain);
    out.append("/>");
  }
  end_reply(out);
}

void append_parted(std::string& out, const ReplyHead& head, const RoomView& room) {
  begin_reply(out, head, "part");
  out.append("<chanib");
  append_room_uri(out, "uri", room);
  out.append("/>");
  end_reply(out);
}

void append_join_notice(std::string& out, std::uint64_t envid, std::span<const Arrival> arrivals) {
  bool batch = false;
  for (const Arrival& arrival : arrivals) batch = batch || arrival.rooms.size() > 1;
  begin_envelope(out, envid);
  out.append("<ntc id=\"").append(batch ? "ntc:bjoin" : "ntc:join").append(R"(" seqid="1"><data>)");
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    const Arrival& arrival = arrivals[i];
    out.append("<uib");
    append_attribute(out, "id", i);
    append_person_attributes(out, arrival.person);
    out.append(" disabled=\"false\">");
    for (const Presence& presence : arrival.rooms) {
      append_presence(out, participant_key, presence.room);
      if (presence.manager) append_presence(out, manager_key, presence.room);
      if (presence.presenter) append_presence(out, presenter_key, presence.room);
    }
    out.append("</uib>");
  }
  out.append("</data></ntc>");
  end_envelope(out);
}

void append_part_notice(std::string& out, std::uint64_t envid, std::span<const Departure> departures) {
  begin_envelope(out, envid);
  out.append(R"(<ntc id="ntc:part" seqid="1"><data>)");
  for (const Departure& departure : departures) {
    out.append("<chanib");
    append_room_uri(out, "uri", departure.room);
    out += '>';
    for (const std::string_view uri : departure.uris) {
      out.append("<uib");
      append_xml_attribute(out, "uri", uri);
      out.append("/>");
    }
    out.append("</chanib>");
  }
  out.append("</data></ntc>");
  end_envelope(out);
}

void append_room_notice(std::string& out, std::uint64_t envid, const RoomDetails& room) {
  begin_envelope(out, envid);
  out.append(R"(<ntc id="ntc:chanmodify" seqid="1"><data>)");
  begin_room(out, room);
  append_room_parts(out, room);
  out.append("</chanib></data></ntc>");
  end_envelope(out);
}

void append_room(std::string& out, const ReplyHead& head, std::string_view command, const RoomDetails& room,
                 std::span<const RoleList> roles) {
  begin_reply(out, head, command);
  begin_room(out, room);
  append_room_parts(out, room);
  append_roles(out, roles);
  out.append("</chanib>");
  end_reply(out);
}

void append_categories(std::string& out, const ReplyHead& head, std::string_view command,
                       std::span<const CategoryDetails> categories) {
  begin_reply(out, head, command);
  for (const CategoryDetails& category : categories) {
    out.append("<catib");
    append_category_uri(out, "uri", category.category);
    append_xml_attribute(out, "name", category.name);
    append_xml_attribute(out, "description", category.description);
    append_flag(out, "invite", category.invitations);
    append_flag(out, "filepost", category.file_upload);
    append_flag(out, "logged", category.logged);
    if (category.version) append_attribute(out, "version", *category.version);
    out += '>';
    append_roles(out, category.roles);
    out.append("</catib>");
  }
  end_reply(out);
}

void append_people(std::string& out, const ReplyHead& head, std::string_view command, std::span<const PersonView> people) {
  begin_reply(out, head, command);
  for (std::size_t i = 0; i < people.size(); ++i) append_person(out, people[i], i);
  end_reply(out);
}

}  // namespace poolcast::proto
