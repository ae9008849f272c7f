#include "domain/io/runbook_file.hpp"

#include "domain/io/include.hpp"
#include "domain/io/override.hpp"
#include "domain/io/reader.hpp"
#include "domain/io/text.hpp"

namespace poolcast::io {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view folder = "runbooks";

[[noreturn]] void refuse(const std::string& file, std::string message) {
  throw ConfigError({{file, 0, 0, "", std::move(message)}});
}

// A name of the library comes before a file of the working directory, as for scenarios.
fs::path runbook_path(const std::string& path_or_name, const LoadOptions& options) {
  if (is_file_name(path_or_name) || path_or_name.find('/') != std::string::npos) return path_or_name;
  for (const auto& library : options.library) {
    std::error_code ignored;
    fs::path path = library / folder / (path_or_name + ".yaml");
    if (fs::is_regular_file(path, ignored)) return path;
  }
  const Search search{options.library.empty() ? fs::path{} : options.library.front(), options.library};
  refuse(path_or_name, "no runbook has this name" + suggestion(path_or_name, names_in(search, folder)) +
                           " (`poolcast list` names all; a file is named by its path)");
}

LoadedRunbook read_with(std::string_view text, const std::string& file_name, const Search& search,
                        const std::vector<std::string>& overrides) {
  std::vector<Problem> problems;
  Tree tree = parse_yaml(text, file_name, problems);
  if (tree.kind == Tree::Kind::failed) throw ConfigError(std::move(problems));
  if (tree.kind == Tree::Kind::mapping) resolve_include(tree, runbook_kind, search, problems);
  apply_changes(tree, overrides, problems);
  LoadedRunbook loaded = read_runbook_tree(tree, problems);
  if (problems.empty()) add_inconsistencies(inconsistencies(loaded.runbook), loaded.positions, problems);
  if (!problems.empty()) {
    sort_by_place(problems);
    throw ConfigError(std::move(problems));
  }
  return loaded;
}

}  // namespace

LoadedRunbook read_runbook(std::string_view text, const std::string& file_name, const std::vector<std::string>& overrides) {
  return read_with(text, file_name, {fs::path(file_name).parent_path(), {}}, overrides);
}

LoadedRunbook load_runbook(const std::string& path_or_name, const LoadOptions& options) {
  const fs::path path = runbook_path(path_or_name, options);
  std::vector<Problem> problems;
  const std::string text = read_file(path, problems);
  if (!problems.empty()) throw ConfigError(std::move(problems));
  return read_with(text, path.string(), {path.parent_path(), options.library}, options.overrides);
}

}  // namespace poolcast::io
