#include <algorithm>
#include <set>

#include "domain/io/include.hpp"
#include "domain/io/scenario_file.hpp"

namespace poolcast::io {
namespace {

namespace fs = std::filesystem;

struct Shelf {
  std::string_view folder;
  std::string_view kind;
};
constexpr Shelf shelves[] = {{"", "scenario"},
                             {"topologies", "topology"},
                             {"workloads", "workload"},
                             {"calibration", "cost set"},
                             {"runbooks", "runbook"}};

// The file's own words about itself; a file that cannot be read says so when it is used.
std::string title_of(const fs::path& path) {
  std::vector<Problem> problems;
  const std::string text = read_file(path, problems);
  const Tree tree = parse_yaml(text, path.string(), problems);
  for (const std::string_view key : {"question", "name"}) {
    const TreeEntry* entry = tree.kind == Tree::Kind::mapping ? find_entry(tree, key) : nullptr;
    if (entry && entry->value.kind == Tree::Kind::scalar) return entry->value.scalar;
  }
  return "";
}

}  // namespace

std::vector<LibraryEntry> list_library(const std::vector<fs::path>& library) {
  std::vector<LibraryEntry> entries;
  for (const Shelf& shelf : shelves) {
    std::set<std::string> seen;  // the first folder that has a name wins, as in a look-up
    for (const auto& folder : library) {
      std::vector<LibraryEntry> here;
      std::error_code ignored;
      for (const auto& file : fs::directory_iterator(folder / shelf.folder, ignored)) {
        if (file.path().extension() != ".yaml" || !seen.insert(file.path().stem().string()).second) continue;
        here.push_back({file.path().stem().string(), std::string(shelf.kind), title_of(file.path()), file.path()});
      }
      std::ranges::sort(here, {}, &LibraryEntry::name);
      entries.insert(entries.end(), here.begin(), here.end());
    }
  }
  return entries;
}

}  // namespace poolcast::io
