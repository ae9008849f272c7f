// Creating and changing rooms. Names and shapes of these commands are our own until they are checked against the specification
// (proto/xccos_commands.hpp); who may do what follows "Categories, chat rooms, and user roles".
#include <algorithm>
#include <array>
#include <utility>

#include "reference-server/chat/names.hpp"
#include "reference-server/chat/service.hpp"

namespace poolcast::chat {

namespace {

constexpr std::size_t longest_name = 256;
constexpr std::size_t longest_description = 4'000;

unsigned bit_of(proto::Role role) {
  switch (role) {
    case proto::Role::manager:
      return store::role_manager;
    case proto::Role::presenter:
      return store::role_presenter;
    default:
      return store::role_member;
  }
}

// A presenter or a manager is a member too; who is no member any more is nothing any more.
unsigned with(unsigned roles, proto::Role role) { return roles | bit_of(role) | store::role_member; }
unsigned without(unsigned roles, proto::Role role) { return role == proto::Role::member ? 0U : roles & ~bit_of(role); }

void set_roles(store::Room& room, store::PrincipalId who, unsigned roles) {
  const auto at = std::ranges::find_if(room.members, [&](const store::RoomMember& member) { return member.principal == who; });
  if (roles == 0) {
    if (at != room.members.end()) room.members.erase(at);
  } else if (at != room.members.end()) {
    at->roles = roles;
  } else {
    room.members.push_back({who, roles});
  }
}

unsigned listed_roles(const store::Room& room, store::PrincipalId who) {
  for (const store::RoomMember& member : room.members)
    if (member.principal == who) return member.roles;
  return 0;
}

}  // namespace

Error Service::why_not_managed(const LiveRoom& room, const Person& person) const {
  if (!rights(room, person).see) return {ErrorCode::not_found, "There is no such room."};
  return {ErrorCode::forbidden, "Only a manager of the room or an administrator may do this."};
}

Result<LiveRoom*> Service::room_to_manage(const Asked& asked, const proto::RoomAddress& address) {
  const Person& person = find(asked.session)->person;
  LiveRoom* const room = is_ours(address) ? rooms_.find(address.guid) : nullptr;
  if (room == nullptr) return Error{ErrorCode::not_found, "There is no such room."};
  if (!rights(*room, person).manage) return why_not_managed(*room, person);
  return room;
}

Result<Done> Service::apply(store::Room& room, const proto::RoomSettings& settings) const {
  if (settings.name) {
    const std::string name(proto::trimmed(*settings.name));
    if (name.empty() || name.size() > longest_name) return Error{ErrorCode::malformed, "A room's name has 1 to 256 bytes."};
    room.name = name;
  }
  if (settings.description) room.description = *settings.description;
  if (settings.topic) room.topic = *settings.topic;
  if (room.description.size() > longest_description || room.topic.size() > longest_description)
    return Error{ErrorCode::too_large, "A description or topic has at most 4,000 bytes."};
  if (settings.privacy) room.privacy = static_cast<store::Privacy>(*settings.privacy);
  if (settings.behavior)
    room.kind = *settings.behavior == proto::Behavior::auditorium ? store::RoomKind::auditorium : store::RoomKind::normal;
  if (settings.invitations) room.invitations = *settings.invitations ? store::Setting::on : store::Setting::off;
  if (settings.version && std::cmp_not_equal(*settings.version, room.version))
    return Error{ErrorCode::conflict, "Somebody else has changed the room; read it again."};
  return Done{};
}

Result<Done> Service::apply(store::Room& room, const std::vector<proto::RoleChange>& changes) const {
  const store::Category* const category = people_.find(room.category);
  for (const proto::RoleChange& change : changes) {
    if (change.role == proto::Role::creator || change.role == proto::Role::scope)
      return Error{ErrorCode::malformed, "Creators and scope belong to a category, not to a room."};
    for (const std::string& uri : change.add) {
      const store::Principal* const user = people_.find_user(uri);
      if (user == nullptr || user->disabled) return Error{ErrorCode::not_found, "There is no such user: " + uri};
      if (category != nullptr && !in_scope(*category, people_.person(*user)))
        return Error{ErrorCode::forbidden, uri + " is outside the category's scope."};
      set_roles(room, user->id, with(listed_roles(room, user->id), change.role));
    }
    for (const std::string& uri : change.remove) {
      const store::Principal* const user = people_.find_user(uri);
      if (user != nullptr) set_roles(room, user->id, without(listed_roles(room, user->id), change.role));
    }
  }
  return Done{};
}

void Service::create_room(const Asked& asked, const proto::CreateRoom& command) {
  const Person& person = find(asked.session)->person;
  const auto id = command.category.domain == config_.domain ? chat::category_of(command.category.guid) : std::nullopt;
  const store::Category* const category = id ? people_.find(*id) : nullptr;
  if (category == nullptr || (!in_scope(*category, person) && !person.administrator))
    return reply_plain(asked, 404, "There is no such category.");
  if (!may_create_rooms(*category, person)) return reply_plain(asked, 403, "You may not create rooms in this category.");
  if (!command.settings.name) return reply_plain(asked, 400, "A new room needs a name.");
  store::Room room;
  room.guid = port_.random_guid();
  room.category = category->id;
  room.created_ms = port_.now().utc.time_since_epoch().count();
  proto::RoomSettings settings = command.settings;
  settings.version.reset();
  auto fits = apply(room, settings);
  if (fits) fits = apply(room, command.roles);
  if (!fits) return reply_error(asked, fits.error());
  set_roles(room, person.id, with(listed_roles(room, person.id), proto::Role::manager));
  save_room(asked, std::move(room), {});
}

void Service::change_room(const Asked& asked, const proto::ChangeRoom& command) {
  const auto found = room_to_manage(asked, command.room);
  if (!found) return reply_error(asked, found.error());
  store::Room room = (*found)->room;
  if (const auto fits = apply(room, command.settings); !fits) return reply_error(asked, fits.error());
  save_room(asked, std::move(room), {});
}

void Service::enable_room(const Asked& asked, const proto::EnableRoom& command) {
  const auto found = room_to_manage(asked, command.room);
  if (!found) return reply_error(asked, found.error());
  store::Room room = (*found)->room;
  room.disabled = !command.enabled;
  save_room(asked, std::move(room), {});
}

void Service::change_roles(const Asked& asked, const proto::ChangeRoles& command) {
  const auto found = room_to_manage(asked, command.room);
  if (!found) return reply_error(asked, found.error());
  store::Room room = (*found)->room;
  if (const auto fits = apply(room, command.changes); !fits) return reply_error(asked, fits.error());
  auto invited = newly_listed((*found)->room, room);
  save_room(asked, std::move(room), std::move(invited));
}

std::vector<store::PrincipalId> Service::newly_listed(const store::Room& before, const store::Room& after) const {
  const store::Category* const category = people_.find(after.category);
  const bool invites = after.invitations == store::Setting::inherited ? category != nullptr && category->invitations
                                                                      : after.invitations == store::Setting::on;
  std::vector<store::PrincipalId> listed;
  if (!invites) return listed;
  for (const store::RoomMember& member : after.members) {
    const bool was = std::ranges::binary_search(before.members, member.principal, {}, &store::RoomMember::principal);
    if (!was) listed.push_back(member.principal);
  }
  return listed;
}

void Service::save_room(const Asked& asked, store::Room room, std::vector<store::PrincipalId> invite) {
  const store::Uuid guid = room.guid;
  port_.edit(
      {store::Edit(std::move(room))},
      later<store::Directory>(asked, [this, guid, invite = std::move(invite)](const Asked& back, Result<store::Directory> saved) {
        if (!saved) {
          if (find(back.session) == nullptr) return;
          if (saved.error().code == ErrorCode::conflict)
            return reply_plain(back, 409, "The name is taken, or somebody else has changed the room meanwhile.");
          return reply_error(back, saved.error());
        }
        changed_here(std::move(*saved));
        const Session* const session = find(back.session);
        if (session == nullptr) return;
        const LiveRoom* const live = rooms_.find(wire_guid(guid));
        if (live == nullptr) return reply_plain(back, 404, "The room is gone.");
        // Whoever asks after this reply finds the invitations.
        const auto to_store = std::make_shared<std::size_t>(invite.size() + 1);
        const auto stored_one = [this, left = leave_work(back), guid, to_store] {
          if (--*to_store > 0) return;
          const Asked last = back_to_work(left);
          if (find(last.session) == nullptr) return;
          const LiveRoom* const still = rooms_.find(wire_guid(guid));
          if (still == nullptr) return reply_plain(last, 404, "The room is gone.");
          reply_room(last, *still, false);
        };
        for (const store::PrincipalId user : invite) {
          port_.invite({0, live->room.id, user, session->person.id, port_.now().utc.time_since_epoch().count()},
                       [stored_one](const Result<store::Invitation>&) { stored_one(); });  // a lost one undoes no change
        }
        stored_one();
      }));
}

void Service::roles(const Asked& asked, const proto::GetRoles& command) {
  const Person& person = find(asked.session)->person;
  LiveRoom* const room = is_ours(command.room) ? rooms_.find(command.room.guid) : nullptr;
  if (room == nullptr || !rights(*room, person).see) return reply_plain(asked, 404, "There is no such room.");
  const Rights allowed = rights(*room, person);
  if (!allowed.enter && !allowed.manage) return reply_plain(asked, 403, "Only those who may enter the room see its lists.");
  reply_room(asked, *room, true);
}

void Service::reply_room(const Asked& asked, const LiveRoom& room, bool with_roles) {
  constexpr std::array shown_roles{proto::Role::member, proto::Role::manager, proto::Role::presenter};
  std::array<std::vector<proto::PersonView>, shown_roles.size()> people;
  std::vector<proto::RoleList> lists;
  for (std::size_t i = 0; with_roles && i < shown_roles.size(); ++i) {
    for (const store::RoomMember& member : room.room.members)
      if ((member.roles & bit_of(shown_roles.at(i))) != 0) people.at(i).push_back(view(member.principal));
    lists.push_back({shown_roles.at(i), people.at(i)});
  }
  const std::string category = wire_guid(room.room.category);
  proto::RoomDetails shown = details(room);
  shown.category.guid = category;
  std::string out;
  proto::append_room(out, head(asked), asked.name, shown, lists);
  port_.send(asked.session, out);
  done(asked, 200);
}

}  // namespace poolcast::chat
