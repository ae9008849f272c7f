#include "domain/io/scenario_file.hpp"

#include <algorithm>
#include <set>

#include "domain/io/include.hpp"
#include "domain/io/override.hpp"
#include "domain/io/reader.hpp"
#include "domain/io/text.hpp"

namespace poolcast::io {
namespace {

namespace fs = std::filesystem;

// One reading of the tree under some changes, with everything that is wrong with it.
LoadedScenario read_changed(Tree tree, const Search& search, const std::vector<std::string>& overrides,
                            std::vector<Problem>& problems) {
  const std::size_t before = problems.size();
  apply_overrides(tree, overrides, search, problems);
  LoadedScenario loaded = read_tree(tree, problems);
  if (problems.size() == before) add_inconsistencies(inconsistencies(loaded.scenario), loaded.positions, problems);
  return loaded;
}

std::vector<std::string> with_variant(std::vector<std::string> overrides, const Variant& variant) {
  overrides.insert(overrides.end(), variant.set.begin(), variant.set.end());
  return overrides;
}

// A variant that cannot be read is an error of the file now, not of its run later.
void check_variants(const Tree& tree, const Search& search, const std::vector<std::string>& overrides,
                    const LoadedScenario& loaded, std::vector<Problem>& problems) {
  for (std::size_t i = 0; i < loaded.scenario.variants.size(); ++i) {
    const Variant& variant = loaded.scenario.variants[i];
    std::vector<Problem> under_variant;
    read_changed(tree, search, with_variant(overrides, variant), under_variant);
    const std::string key = "variants[" + std::to_string(i) + "].set";
    for (Problem& problem : under_variant) {
      const bool of_the_change = problem.file.starts_with("--set ");
      if (!of_the_change) problem.line = 0, problem.file.clear();
      problems.push_back(
          problem_at(place_of(loaded.positions, key), key, (of_the_change ? "" : "with these changes, ") + to_string(problem)));
    }
  }
}

LoadedScenario read_with(std::string_view text, const std::string& file_name, const Search& search,
                         const std::vector<std::string>& overrides) {
  std::vector<Problem> problems;
  const Tree tree = parse_yaml(text, file_name, problems);
  if (tree.kind == Tree::Kind::failed) throw ConfigError(std::move(problems));
  LoadedScenario loaded = read_changed(tree, search, overrides, problems);
  if (problems.empty()) check_variants(tree, search, overrides, loaded, problems);
  if (!problems.empty()) {
    sort_by_place(problems);
    throw ConfigError(std::move(problems));
  }
  return loaded;
}

Search search_from(const fs::path& own_folder, const LoadOptions& options) { return {own_folder, options.library}; }

[[noreturn]] void refuse_folder(const std::string& path) {
  throw ConfigError({{path, 0, 0, "", "is a folder; expected a scenario file"}});
}

// A name of the library comes before a file of the working directory that is called the same, as it has no ending.
fs::path scenario_path(const std::string& path_or_name, const LoadOptions& options) {
  std::error_code ignored;
  if (is_file_name(path_or_name) || path_or_name.find('/') != std::string::npos) {
    if (fs::is_directory(path_or_name, ignored)) refuse_folder(path_or_name);
    return path_or_name;
  }
  for (const auto& folder : options.library) {
    fs::path path = folder / (path_or_name + ".yaml");
    if (fs::is_regular_file(path, ignored)) return path;
  }
  if (fs::is_directory(path_or_name, ignored)) refuse_folder(path_or_name);
  if (!path_or_name.empty() && fs::exists(path_or_name, ignored)) return path_or_name;
  const Search search{options.library.empty() ? fs::path{} : options.library.front(), options.library};
  throw ConfigError({{path_or_name, 0, 0, "",
                      "no scenario has this name" + suggestion(path_or_name, names_in(search, "")) +
                          " (`poolcast list` names all; a file is named by its path)"}});
}

}  // namespace

LoadedScenario read_scenario(std::string_view text, const std::string& file_name, const LoadOptions& options) {
  return read_with(text, file_name, search_from(fs::path(file_name).parent_path(), options), options.overrides);
}

LoadedScenario load_scenario(const std::string& path_or_name, const LoadOptions& options) {
  const fs::path path = scenario_path(path_or_name, options);
  std::vector<Problem> problems;
  const std::string text = read_file(path, problems);
  if (!problems.empty()) throw ConfigError(std::move(problems));
  return read_scenario(text, path.string(), options);
}

LoadedScenario load_variant(const std::string& path_or_name, const LoadOptions& options, const Variant& variant) {
  LoadOptions with_changes = options;
  with_changes.overrides = with_variant(options.overrides, variant);
  with_changes.overrides.emplace_back("variants=[]");
  return load_scenario(path_or_name, with_changes);
}

}  // namespace poolcast::io
