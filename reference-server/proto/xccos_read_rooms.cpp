// Searches, and the management of rooms and categories.
#include "reference-server/proto/text.hpp"
#include "reference-server/proto/xccos_reading.hpp"

namespace poolcast::proto {
namespace {

// An attribute that holds one of a few words; absent: nothing.
template <class Value>
std::optional<Value> word_of(Reading& reading, const XmlElement& element, std::string_view attribute,
                             std::optional<Value> (*named)(std::string_view)) {
  const std::string* text = element.attribute(attribute);
  if (text == nullptr) return std::nullopt;
  const auto value = named(*text);
  if (!value) reading.refuse(std::string(attribute) + " is none of its values");
  return value;
}

std::optional<CategoryAddress> optional_category(Reading& reading, const XmlElement& element, std::string_view attribute) {
  if (element.attribute(attribute) == nullptr) return std::nullopt;
  return category_of(reading, element, attribute);
}

std::optional<RoomSearch::By> by_named(std::string_view text) {
  if (iequals(text, "BYNAME")) return RoomSearch::By::name;
  if (iequals(text, "BYCATEGORY")) return RoomSearch::By::category;
  if (iequals(text, "MYROOMS")) return RoomSearch::By::mine;
  return std::nullopt;
}

RoomSettings read_room_settings(Reading& reading, const XmlElement& chanib) {
  RoomSettings settings;
  settings.name = text_of(chanib, "name");
  settings.description = text_of(chanib, "description");
  settings.topic = text_of(chanib, "topic");
  settings.privacy = word_of(reading, chanib, "visibility", privacy_named);
  settings.behavior = word_of(reading, chanib, "behavior", behavior_named);
  settings.invitations = flag_of(reading, chanib, "invite");
  settings.file_upload = flag_of(reading, chanib, "filepost");
  settings.logged = flag_of(reading, chanib, "logged");
  settings.version = number_of(reading, chanib, "version");
  return settings;
}

CategorySettings read_category_settings(Reading& reading, const XmlElement& catib) {
  CategorySettings settings;
  settings.name = text_of(catib, "name");
  settings.description = text_of(catib, "description");
  settings.invitations = flag_of(reading, catib, "invite");
  settings.file_upload = flag_of(reading, catib, "filepost");
  settings.logged = flag_of(reading, catib, "logged");
  settings.version = number_of(reading, catib, "version");
  return settings;
}

std::vector<RoleChange> read_roles(Reading& reading, const XmlElement& parent) {
  std::vector<RoleChange> changes;
  for (const XmlElement& child : parent.children) {
    if (child.name != "role") continue;
    const auto role = role_named(child.attribute_or("key", ""));
    if (!role) reading.refuse("role key is not a role");
    RoleChange change{role.value_or(Role::member), {}, {}};
    for (const XmlElement& person : child.children) {
      if (person.name != "add" && person.name != "remove") continue;
      const std::string* uri = person.attribute("uri");
      if (uri == nullptr || uri->empty()) {
        reading.refuse("a change of a role needs a uri");
        continue;
      }
      (person.name == "add" ? change.add : change.remove).push_back(*uri);
    }
    changes.push_back(std::move(change));
  }
  return changes;
}

Command read_enabling(Reading& reading, const XmlElement& data, bool enabled) {
  return EnableRoom{room_of(reading, needed_child(reading, data, "chanib")), enabled};
}

}  // namespace

Command read_search(Reading& reading, const XmlElement& data) {
  const XmlElement& qib = needed_child(reading, data, "qib");
  RoomSearch search;
  search.by = word_of(reading, qib, "qtype", by_named).value_or(RoomSearch::By::name);
  search.criteria = qib.attribute_or("criteria", "");
  search.extended = flag_of(reading, qib, "extended").value_or(false);
  search.member = qib.attribute_or("member", "");
  search.manager = qib.attribute_or("manager", "");
  search.category = optional_category(reading, qib, "category");
  search.disabled = flag_of(reading, qib, "disabled");
  search.privacy = word_of(reading, qib, "visibility", privacy_named);
  search.behavior = word_of(reading, qib, "behavior", behavior_named);
  search.invitations = flag_of(reading, qib, "invite");
  search.max_results = count_of(reading, qib, "maxResults");
  if (search.by == RoomSearch::By::category && !search.category) reading.refuse("BYCATEGORY needs a category");
  return search;
}

Command read_create_room(Reading& reading, const XmlElement& data) {
  const XmlElement& chanib = needed_child(reading, data, "chanib");
  CreateRoom command{category_of(reading, chanib, "parent"), read_room_settings(reading, chanib), read_roles(reading, chanib)};
  if (!command.settings.name || command.settings.name->empty()) reading.refuse("a room needs a name");
  return command;
}

Command read_change_room(Reading& reading, const XmlElement& data) {
  const XmlElement& chanib = needed_child(reading, data, "chanib");
  return ChangeRoom{room_of(reading, chanib), read_room_settings(reading, chanib)};
}

Command read_enable_room(Reading& reading, const XmlElement& data) { return read_enabling(reading, data, true); }
Command read_disable_room(Reading& reading, const XmlElement& data) { return read_enabling(reading, data, false); }

Command read_get_roles(Reading& reading, const XmlElement& data) {
  return GetRoles{room_of(reading, needed_child(reading, data, "chanib"))};
}

Command read_change_roles(Reading& reading, const XmlElement& data) {
  const XmlElement& chanib = needed_child(reading, data, "chanib");
  ChangeRoles command{room_of(reading, chanib), read_roles(reading, chanib)};
  if (command.changes.empty()) reading.refuse("setroles needs a role");
  return command;
}

Command read_find_principals(Reading& reading, const XmlElement& data) {
  const XmlElement& qib = needed_child(reading, data, "qib");
  FindPrincipals command;
  command.criteria = qib.attribute_or("criteria", "");
  command.max_results = count_of(reading, qib, "maxResults");
  if (const XmlElement* chanib = data.child("chanib")) command.room = room_of(reading, *chanib);
  return command;
}

Command read_create_category(Reading& reading, const XmlElement& data) {
  const XmlElement& catib = needed_child(reading, data, "catib");
  CreateCategory command{optional_category(reading, catib, "parent"), read_category_settings(reading, catib),
                         read_roles(reading, catib)};
  if (!command.settings.name || command.settings.name->empty()) reading.refuse("a category needs a name");
  return command;
}

Command read_get_categories(Reading& reading, const XmlElement& data) {
  const XmlElement* catib = data.child("catib");
  GetCategories command;
  if (catib != nullptr) command.category = category_of(reading, *catib);
  return command;
}

Command read_change_category(Reading& reading, const XmlElement& data) {
  const XmlElement& catib = needed_child(reading, data, "catib");
  return ChangeCategory{category_of(reading, catib), read_category_settings(reading, catib), read_roles(reading, catib)};
}

}  // namespace poolcast::proto
