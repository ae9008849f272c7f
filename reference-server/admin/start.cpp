// init and import.
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>

#include "domain/io/config_error.hpp"
#include "reference-server/admin/commands.hpp"
#include "reference-server/admin/import.hpp"
#include "reference-server/store/migrate.hpp"

namespace poolcast::admin {

namespace {

int init(const Place& place) {
  ensure_folder(place);
  Workplace workplace(place, true);
  workplace.vault();
  std::printf("The content database has version %lld, its key is in %s.\n",
              static_cast<long long>(store::schema_version(workplace.content(), "content")), key_file(place).c_str());
  return 0;
}

int import_file(const Place& place, const std::string& file) {
  ensure_folder(place);
  Workplace workplace(place, true);
  Imported imported;
  if (file == "-") {
    imported = import_lines(workplace, std::cin, "standard input");
  } else {
    std::ifstream stream(file);
    if (!stream) throw io::ConfigError({io::Problem{file, 0, 0, "", "cannot be read"}});
    imported = import_lines(workplace, stream, file);
  }
  std::printf("Made or changed: %zu users, %zu passwords, %zu categories, %zu rooms.\n", imported.users, imported.passwords,
              imported.categories, imported.rooms);
  return 0;
}

}  // namespace

void add_start_commands(const Commands& commands) {
  const Place* place = commands.place;
  add_command(*commands.app, "init", "Create or upgrade the content database and its key file", commands.chosen,
              [place] { return init(*place); });
  auto file = std::make_shared<std::string>();
  CLI::App* import = add_command(*commands.app, "import", "Make users, categories and rooms from a file of JSON lines",
                                 commands.chosen, [place, file] { return import_file(*place, *file); });
  import->add_option("FILE", *file, "one JSON object a line, or - for standard input")->required();
}

}  // namespace poolcast::admin
