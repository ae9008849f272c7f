// Categories: administrators make and change them, creators are told which are theirs.
#include <algorithm>
#include <utility>

#include "reference-server/chat/names.hpp"
#include "reference-server/chat/service.hpp"

namespace poolcast::chat {

namespace {

constexpr std::size_t longest_name = 256;

void change_list(std::vector<store::PrincipalId>& list, store::PrincipalId who, bool listed) {
  std::erase(list, who);
  if (listed) list.push_back(who);
}

}  // namespace

void Service::creatable_categories(const Asked& asked) {
  const Person& person = find(asked.session)->person;
  std::vector<const store::Category*> found;
  for (const auto& [id, category] : people_.categories())
    if (may_create_rooms(category, person)) found.push_back(&category);
  reply_categories(asked, found, false);
}

void Service::categories(const Asked& asked, const proto::GetCategories& command) {
  const Person& person = find(asked.session)->person;
  const auto wanted = command.category ? chat::category_of(command.category->guid) : std::nullopt;
  std::vector<const store::Category*> found;
  for (const auto& [id, category] : people_.categories()) {
    if (command.category && (!wanted || *wanted != id)) continue;
    if (in_scope(category, person) || person.administrator) found.push_back(&category);
  }
  if (command.category && found.empty()) return reply_plain(asked, 404, "There is no such category.");
  reply_categories(asked, found, person.administrator);
}

void Service::create_category(const Asked& asked, const proto::CreateCategory& command) {
  const Person& person = find(asked.session)->person;
  if (!person.administrator) return reply_plain(asked, 403, "Only an administrator may do this.");
  if (!command.settings.name) return reply_plain(asked, 400, "A new category needs a name.");
  store::Category category;
  if (command.parent) {
    const auto parent = chat::category_of(command.parent->guid);
    const bool known = parent && (*parent == store::CategoryId{0} || people_.find(*parent) != nullptr);
    if (!known) return reply_plain(asked, 404, "There is no such parent category.");
    category.parent = *parent;
  }
  proto::CategorySettings settings = command.settings;
  settings.version.reset();
  if (const auto fits = apply(category, settings, command.roles); !fits) return reply_error(asked, fits.error());
  save_category(asked, std::move(category));
}

void Service::change_category(const Asked& asked, const proto::ChangeCategory& command) {
  const Person& person = find(asked.session)->person;
  const auto id = chat::category_of(command.category.guid);
  const store::Category* const found = id ? people_.find(*id) : nullptr;
  if (found == nullptr || (!person.administrator && !in_scope(*found, person)))
    return reply_plain(asked, 404, "There is no such category.");
  if (!person.administrator) return reply_plain(asked, 403, "Only an administrator may do this.");
  store::Category category = *found;
  if (const auto fits = apply(category, command.settings, command.roles); !fits) return reply_error(asked, fits.error());
  save_category(asked, std::move(category));
}

Result<Done> Service::apply(store::Category& category, const proto::CategorySettings& settings,
                            const std::vector<proto::RoleChange>& roles) const {
  if (settings.name) {
    const std::string name(proto::trimmed(*settings.name));
    if (name.empty() || name.size() > longest_name) return Error{ErrorCode::malformed, "A category's name has 1 to 256 bytes."};
    category.name = name;
  }
  if (settings.description) category.description = *settings.description;
  if (settings.invitations) category.invitations = *settings.invitations;
  if (settings.file_upload) category.file_upload = *settings.file_upload;
  if (settings.logged) category.history = *settings.logged;
  if (settings.version && std::cmp_not_equal(*settings.version, category.version))
    return Error{ErrorCode::conflict, "Somebody else has changed the category; read it again."};
  for (const proto::RoleChange& change : roles) {
    if (change.role != proto::Role::creator && change.role != proto::Role::scope)
      return Error{ErrorCode::malformed, "Members, managers and presenters belong to a room, not to a category."};
    auto& list = change.role == proto::Role::creator ? category.creators : category.allowed;
    for (const std::string& uri : change.add) {
      const store::Principal* const user = people_.find_user(uri);
      if (user == nullptr) return Error{ErrorCode::not_found, "There is no such user: " + uri};
      change_list(list, user->id, true);
    }
    for (const std::string& uri : change.remove)
      if (const store::Principal* const user = people_.find_user(uri)) change_list(list, user->id, false);
  }
  return Done{};
}

void Service::save_category(const Asked& asked, store::Category category) {
  const std::string name = category.name;
  const store::CategoryId parent = category.parent;
  port_.edit({store::Edit(std::move(category))},
             later<store::Directory>(asked, [this, name, parent](const Asked& back, Result<store::Directory> saved) {
               if (!saved) {
                 if (find(back.session) == nullptr) return;
                 if (saved.error().code == ErrorCode::conflict)
                   return reply_plain(back, 409, "The name is taken, or somebody else has changed the category meanwhile.");
                 return reply_error(back, saved.error());
               }
               changed_here(std::move(*saved));
               if (find(back.session) == nullptr) return;
               std::vector<const store::Category*> found;
               for (const auto& [id, now] : people_.categories())
                 if (now.name == name && now.parent == parent) found.push_back(&now);
               reply_categories(back, found, true);
             }));
}

void Service::reply_categories(const Asked& asked, const std::vector<const store::Category*>& found, bool with_roles) {
  struct Lists {
    std::string guid;
    std::vector<proto::PersonView> allowed, creators;
    std::vector<proto::RoleList> roles;
  };
  std::vector<Lists> lists(found.size());
  std::vector<proto::CategoryDetails> categories;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const store::Category& category = *found[i];
    Lists& list = lists[i];
    list.guid = wire_guid(category.id);
    if (with_roles) {
      for (const store::PrincipalId id : category.allowed) list.allowed.push_back(view(id));
      for (const store::PrincipalId id : category.creators) list.creators.push_back(view(id));
      list.roles = {{proto::Role::scope, list.allowed}, {proto::Role::creator, list.creators}};
    }
    categories.push_back({{config_.domain, list.guid},
                          category.name,
                          category.description,
                          category.invitations,
                          category.file_upload,
                          category.history,
                          static_cast<std::uint64_t>(category.version),
                          list.roles});
  }
  std::string out;
  proto::append_categories(out, head(asked), asked.name, categories);
  port_.send(asked.session, out);
  done(asked, 200);
}

}  // namespace poolcast::chat
