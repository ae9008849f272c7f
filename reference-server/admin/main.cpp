#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "domain/io/config_error.hpp"
#include "reference-server/admin/commands.hpp"

namespace {

using namespace poolcast;

constexpr int failed = 1;
constexpr int bad_input = 2;

// What a database says is for those who run it; what to do about it is for everybody.
int explain(const store::odbc::Failure& failure) {
  const char* remedy = "";
  switch (failure.fault()) {
    case store::odbc::Fault::lost:
      remedy = "; is the database there, and do --data or --odbc name it?";
      break;
    case store::odbc::Fault::busy:
      remedy = "; somebody else is writing: try again";
      break;
    case store::odbc::Fault::constraint:
      remedy = "; the name is taken, or something still refers to it";
      break;
    default:
      break;
  }
  std::fprintf(stderr, "poolcast-admin: %s%s\n", failure.what(), remedy);
  return failed;
}

}  // namespace

int main(int argc, char** argv) {
  admin::Place place;
  admin::Action chosen;
  CLI::App app(
      "Administers a Persistent Chat pool: people, categories, rooms, servers, backups, retention, compliance, keys.\n"
      "Works on the database itself, also while servers run; they notice within a second or two.\n"
      "Passwords are asked for, or read from a file or standard input, and never taken from the command line.",
      "poolcast-admin");
  app.add_option("--data", place.data, "folder of the server: embedded database and key file")->capture_default_str();
  app.add_option("--odbc", place.odbc, "connection string of the content database; without it the embedded one in --data");
  app.add_option("--compliance-odbc", place.compliance_odbc,
                 "connection string of the compliance database; without it the embedded one in --data");
  app.add_option("--domain", place.domain, "SIP domain of users that are named without one, and realm of their passwords")
      ->capture_default_str();
  app.require_subcommand(1);
  app.fallthrough();
  app.set_version_flag("--version", std::string("poolcast-admin ") + POOLCAST_VERSION);
  const admin::Commands commands{&app, &place, &chosen};
  admin::add_start_commands(commands);
  admin::add_people_commands(commands);
  admin::add_room_commands(commands);
  admin::add_server_commands(commands);
  admin::add_keeping_commands(commands);
  admin::add_compliance_commands(commands);
  admin::add_key_commands(commands);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : bad_input;
  }
  try {
    return chosen();
  } catch (const io::ConfigError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return bad_input;
  } catch (const admin::Complaint& complaint) {
    std::fprintf(stderr, "poolcast-admin: %s\n", complaint.what());
  } catch (const store::Refused& refused) {
    std::fprintf(stderr, "poolcast-admin: %s\n", refused.what());
  } catch (const store::odbc::Failure& failure) {
    return explain(failure);
  }
  return failed;
}
