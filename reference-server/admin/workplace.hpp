// Where poolcast-admin works: the database, the key file and the domain that the server uses, with a directory to look names up
// in.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "reference-server/store/content.hpp"
#include "reference-server/store/odbc.hpp"
#include "reference-server/store/vault.hpp"

namespace poolcast::admin {

// What a person can put right: a sentence that says what is wrong and what to do. The program ends with 1.
class Complaint : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

struct Place {
  std::string data = "poolcast-data";
  std::string odbc{};
  std::string domain = "poolcast.example";
  std::string compliance_odbc{};
};

// Makes the data folder, for its owner alone, when it is not there.
void ensure_folder(const Place& place);
std::string content_connection(const Place& place);
std::string compliance_connection(const Place& place);
std::string key_file(const Place& place);

class Workplace {
public:
  // The tables must be there, unless may_create.
  explicit Workplace(Place place, bool may_create = false);

  const Place& place() const { return place_; }
  store::odbc::Connection& content() { return *content_; }
  const store::Vault& vault();
  const store::Directory& directory();

  // All or none; the directory is read anew afterwards.
  store::Directory edit(const std::vector<store::Edit>& edits);

  // Look-ups by what people type: `ann` or `sip:ann@domain`; a category's or a room's name. A Complaint names how to list them.
  std::string uri_of(const std::string& user) const;
  const store::Principal& user(const std::string& name);
  const store::Principal& group(const std::string& name);
  const store::Principal& user_or_group(const std::string& name);
  const store::Category& category(const std::string& name);
  const store::Room& room(const std::string& name);
  std::string name_of(store::PrincipalId id);
  std::string name_of(store::CategoryId id);

  // The two verifiers of a password.
  std::vector<store::Edit> password_edits(const store::Principal& user, std::string_view password);
  // Whether that is the password which the user's verifiers were made from.
  bool has_password(const store::Principal& user, std::string_view password);

private:
  Place place_;
  std::unique_ptr<store::odbc::Connection> content_;
  std::optional<store::Vault> vault_;
  std::optional<store::Directory> directory_;
};

}  // namespace poolcast::admin
