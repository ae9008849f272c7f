// server and key.
#include <algorithm>
#include <cstdio>
#include <memory>

#include "reference-server/admin/commands.hpp"

namespace poolcast::admin {

namespace {

int set_server(const Place& place, const std::string& name, bool active) {
  Workplace workplace(place);
  store::Server server;
  server.name = name;
  for (const store::Server& one : workplace.directory().servers)
    if (one.name == name) server = one;
  server.active = active;
  workplace.edit({server});
  std::printf("%s is %s.\n", name.c_str(), active ? "active" : "standby: it accepts no sessions");
  return 0;
}

int list_servers(const Place& place) {
  Workplace workplace(place);
  for (const store::Server& one : workplace.directory().servers)
    std::printf("%s\t%s\n", one.name.c_str(), one.active ? "active" : "standby");
  if (workplace.directory().servers.empty()) std::printf("No server is named: every node is active.\n");
  return 0;
}

int add_key(const Place& place) {
  const auto vault = store::Vault::add_key(key_file(place));
  if (!vault) throw Complaint(vault.error().message);
  std::printf("Added the key %s. Copy %s to every node, then run `poolcast-admin key rotate`.\n", vault->newest_key().c_str(),
              key_file(place).c_str());
  return 0;
}

bool all_under(const store::Directory& directory, const std::string& key) {
  return std::ranges::all_of(directory.principals, [&](const store::Principal& user) {
    return std::ranges::all_of(user.verifiers, [&](const auto& verifier) { return verifier.key_id == key; });
  });
}

// Everything is sealed under the newest key in one transaction before the old keys leave the file: a crash in between leaves
// both. A server that meets a key it does not know reads the file again.
int rotate(const Place& place) {
  Workplace workplace(place);
  store::Vault vault = workplace.vault();
  if (all_under(workplace.directory(), vault.newest_key())) {
    auto both = store::Vault::add_key(key_file(place));
    if (!both) throw Complaint(both.error().message);
    vault = std::move(*both);
  }
  std::vector<store::Edit> edits;
  for (const store::Principal& user : workplace.directory().principals) {
    for (const store::SealedVerifier& verifier : user.verifiers) {
      const auto secret = vault.open(user.uri, verifier);
      if (!secret) throw Complaint("the verifier of " + user.uri + " cannot be sealed anew: " + secret.error().message);
      edits.emplace_back(store::SetVerifier{user.id, vault.seal(user.uri, verifier.kind, verifier.realm, secret->bytes())});
    }
  }
  workplace.edit(edits);
  std::printf("%zu verifiers are sealed under the key %s; `poolcast-admin key drop-old` forgets the others.\n", edits.size(),
              vault.newest_key().c_str());
  return 0;
}

int drop_old(const Place& place) {
  Workplace workplace(place);
  for (const store::Principal& user : workplace.directory().principals)
    for (const store::SealedVerifier& verifier : user.verifiers)
      if (verifier.key_id != workplace.vault().newest_key())
        throw Complaint("the verifier of " + user.uri + " still needs the key " + verifier.key_id +
                        ": run `poolcast-admin key rotate`");
  const auto vault = store::Vault::drop_old_keys(key_file(place));
  if (!vault) throw Complaint(vault.error().message);
  std::printf("Only the key %s is left.\n", vault->newest_key().c_str());
  return 0;
}

}  // namespace

void add_server_commands(const Commands& commands) {
  const Place* place = commands.place;
  CLI::App* server = commands.app->add_subcommand("server", "Which chat servers of the pool are active")->require_subcommand(1);
  auto name = std::make_shared<std::string>();
  for (const bool active : {true, false})
    add_command(*server, active ? "activate" : "deactivate", active ? "Let a standby server serve" : "Make a server a standby",
                commands.chosen, [=] { return set_server(*place, *name, active); })
        ->add_option("NODE", *name, "its name, as in the scenario")
        ->required();
  add_command(*server, "list", "List the servers that were named", commands.chosen, [=] { return list_servers(*place); });
}

void add_key_commands(const Commands& commands) {
  const Place* place = commands.place;
  CLI::App* key = commands.app->add_subcommand("key", "The key that password verifiers are sealed under")->require_subcommand(1);
  add_command(*key, "add", "Add a key to the file, for pools of several nodes: copy the file to each before rotating",
              commands.chosen, [=] { return add_key(*place); });
  add_command(*key, "rotate", "Seal every verifier under the newest key, a fresh one when all are under it already",
              commands.chosen, [=] { return rotate(*place); });
  add_command(*key, "drop-old", "Forget the keys that nothing needs any more", commands.chosen, [=] { return drop_old(*place); });
}

}  // namespace poolcast::admin
