#include "reference-server/admin/workplace.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "reference-server/proto/digest.hpp"
#include "reference-server/proto/ntlm.hpp"
#include "reference-server/store/partners.hpp"
#include "reference-server/store/text.hpp"
#include "reference-server/store/upkeep.hpp"

namespace poolcast::admin {

namespace {

std::string without_scheme(const std::string& uri) { return uri.starts_with("sip:") ? uri.substr(4) : uri; }

template <class Things, class Match>
auto* find_in(const Things& things, Match match) {
  const auto found = std::find_if(things.begin(), things.end(), match);
  return found == things.end() ? nullptr : &*found;
}

}  // namespace

void ensure_folder(const Place& place) {
  std::error_code problem;
  if (std::filesystem::create_directories(place.data, problem))
    std::filesystem::permissions(place.data, std::filesystem::perms::owner_all, problem);
  if (problem) throw Complaint("the folder " + place.data + " cannot be made: " + problem.message());
}

std::string content_connection(const Place& place) {
  return place.odbc.empty() ? store::sqlite_connection(place.data + "/content.sqlite") : place.odbc;
}

std::string compliance_connection(const Place& place) {
  return place.compliance_odbc.empty() ? store::sqlite_connection(place.data + "/compliance.sqlite") : place.compliance_odbc;
}

std::string key_file(const Place& place) { return place.data + "/verifiers.key"; }

Workplace::Workplace(Place place, bool may_create) : place_(std::move(place)) {
  content_ = store::connect_durably(content_connection(place_), true,
                                    [](const std::string& sentence) { std::fprintf(stderr, "warning: %s\n", sentence.c_str()); });
  store::prepare_content(*content_, may_create);
}

const store::Vault& Workplace::vault() {
  if (!vault_) {
    auto opened = store::Vault::open(key_file(place_));
    if (!opened) throw Complaint(opened.error().message);
    vault_ = std::move(*opened);
  }
  return *vault_;
}

const store::Directory& Workplace::directory() {
  if (!directory_) directory_ = store::load_directory(*content_);
  return *directory_;
}

store::Directory Workplace::edit(const std::vector<store::Edit>& edits) {
  store::Directory changed = store::edit_directory(*content_, edits);
  directory_.reset();
  return changed;
}

std::string Workplace::uri_of(const std::string& user) const {
  std::string uri = store::folded(user.starts_with("sip:") ? user : "sip:" + user);
  if (uri.find('@') == std::string::npos) uri += "@" + store::folded(place_.domain);
  return uri;
}

const store::Principal& Workplace::user(const std::string& name) {
  const std::string uri = uri_of(name);
  const auto* found = find_in(directory().principals, [&](const store::Principal& one) {
    return one.kind == store::PrincipalKind::user && one.uri == uri;
  });
  if (found == nullptr) throw Complaint("there is no user " + uri + "; `poolcast-admin user list` shows them");
  return *found;
}

const store::Principal& Workplace::group(const std::string& name) {
  const auto* found = find_in(directory().principals, [&](const store::Principal& one) {
    return one.kind == store::PrincipalKind::group && one.uri == store::folded(name);
  });
  if (found == nullptr) throw Complaint("there is no group " + name + "; `poolcast-admin group list` shows them");
  return *found;
}

const store::Principal& Workplace::user_or_group(const std::string& name) {
  constexpr std::string_view mark = "group:";
  return name.starts_with(mark) ? group(name.substr(mark.size())) : user(name);
}

const store::Category& Workplace::category(const std::string& name) {
  const auto* found = find_in(directory().categories, [&](const store::Category& one) { return one.name == name; });
  if (found == nullptr) throw Complaint("there is no category " + name + "; `poolcast-admin category list` shows them");
  return *found;
}

const store::Room& Workplace::room(const std::string& name) {
  const auto* found =
      find_in(directory().rooms, [&](const store::Room& one) { return store::folded(one.name) == store::folded(name); });
  if (found == nullptr) throw Complaint("there is no room " + name + "; `poolcast-admin room list` shows them");
  return *found;
}

std::string Workplace::name_of(store::PrincipalId id) {
  const auto* found = find_in(directory().principals, [&](const store::Principal& one) { return one.id == id; });
  if (found == nullptr) return "?";
  return found->kind == store::PrincipalKind::group ? "group:" + found->uri : without_scheme(found->uri);
}

std::string Workplace::name_of(store::CategoryId id) {
  const auto* found = find_in(directory().categories, [&](const store::Category& one) { return one.id == id; });
  return found == nullptr ? "" : found->name;
}

// The realm is the domain, as poolcast-server has it.
std::vector<store::Edit> Workplace::password_edits(const store::Principal& user, std::string_view password) {
  const std::string realm = place_.domain;
  const std::string ha1 = proto::digest_ha1(without_scheme(user.uri), realm, password);
  std::vector<store::Edit> edits;
  edits.emplace_back(store::SetVerifier{user.id, vault().seal(user.uri, store::VerifierKind::digest_ha1, realm, ha1)});
  const auto nt_hash = proto::ntlm_hash(password);
  if (!nt_hash) throw Complaint("no NTLM hash can be made of this password: " + nt_hash.error().message);
  edits.emplace_back(
      store::SetVerifier{user.id, vault().seal(user.uri, store::VerifierKind::nt_hash, {}, proto::as_text(*nt_hash))});
  return edits;
}

bool Workplace::has_password(const store::Principal& user, std::string_view password) {
  for (const store::SealedVerifier& verifier : user.verifiers) {
    if (verifier.kind != store::VerifierKind::digest_ha1 || verifier.realm != place_.domain) continue;
    const auto secret = vault().open(user.uri, verifier);
    return secret && secret->bytes() == proto::digest_ha1(without_scheme(user.uri), place_.domain, password);
  }
  return false;
}

}  // namespace poolcast::admin
