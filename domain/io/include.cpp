#include "domain/io/include.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <system_error>

#include "domain/io/text.hpp"

namespace poolcast::io {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_chain = 16;  // includes inside includes

struct Resolver {
  const IncludeKind& kind;
  const Search& search;
  std::vector<Problem>& problems;
  std::vector<fs::path> chain;  // the files that are being included, outermost first

  Tree resolve(Tree value);
  Tree load(const Tree& name);
  Tree fail(const Place& place, std::string key, std::string message);
  std::string chain_to(const fs::path& path) const;
};

Tree Resolver::fail(const Place& place, std::string key, std::string message) {
  problems.push_back(problem_at(place, std::move(key), std::move(message)));
  Tree failed;
  failed.kind = Tree::Kind::failed;
  failed.place = place;
  return failed;
}

std::string Resolver::chain_to(const fs::path& path) const {
  std::string text;
  for (auto at = std::ranges::find(chain, path); at != chain.end(); ++at) text += at->stem().string() + " → ";
  return text + path.stem().string();
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 255 && text.find_first_of("/\\") == std::string_view::npos && !text.starts_with('.');
}

Tree Resolver::load(const Tree& name) {
  const std::string noun(kind.noun);
  const bool is_path = is_file_name(name.scalar);
  if (!is_path && !is_name(name.scalar)) {
    return fail(name.place, std::string(kind.key),
                "found " + found(name) + "; expected the name of a " + noun + " of the library");
  }
  const fs::path path = is_path ? search.own_folder / name.scalar : find_named_file(search, kind.folder, name.scalar);
  if (path.empty()) {
    return fail(name.place, std::string(kind.key),
                "no " + noun + " is called " + found(name) + suggestion(name.scalar, names_in(search, kind.folder)) +
                    " (`poolcast list` names all)");
  }
  const fs::path file = path.lexically_normal();
  if (std::ranges::find(chain, file) != chain.end()) {
    return fail(name.place, std::string(kind.key), "includes itself: " + chain_to(file));
  }
  if (chain.size() >= longest_chain) {
    return fail(name.place, std::string(kind.key), "more than " + std::to_string(longest_chain) + " includes inside one another");
  }
  const std::size_t before = problems.size();
  const std::string text = read_file(file, problems);
  if (problems.size() > before) return fail(name.place, std::string(kind.key), "cannot be included");
  Tree tree = parse_yaml(text, file.string(), problems);
  if (tree.kind == Tree::Kind::failed) return tree;
  if (tree.kind != Tree::Kind::mapping) {
    return fail(tree.place, std::string(kind.key), "found " + found(tree) + "; expected the keys of a " + noun);
  }
  chain.push_back(file);
  tree = resolve(std::move(tree));
  chain.pop_back();
  return tree;
}

// What is written beside `model` wins: mappings are merged, everything else is replaced. A mapping with `value` is one number
// of a cost set and is replaced whole, since its interval and origin belong to that value.
void merge(Tree& base, const Tree& change) {
  for (const auto& entry : change.entries) {
    TreeEntry* old = find_entry(base, entry.key);
    const bool both = old && old->value.kind == Tree::Kind::mapping && entry.value.kind == Tree::Kind::mapping;
    if (both && !find_entry(entry.value, "value")) {
      merge(old->value, entry.value);
    } else {
      set_entry(base, entry.key, entry.place, entry.value);
    }
  }
}

Tree Resolver::resolve(Tree value) {
  if (value.kind == Tree::Kind::scalar) return load(value);
  if (value.kind != Tree::Kind::mapping) return value;
  const TreeEntry* model = find_entry(value, "model");
  if (!model) return value;
  if (model->value.kind != Tree::Kind::scalar) {
    return fail(model->value.place, std::string(kind.key) + ".model",
                "found " + found(model->value) + "; expected the name of a " + std::string(kind.noun));
  }
  Tree base = load(model->value);
  if (base.kind != Tree::Kind::mapping) return base;
  std::erase_if(value.entries, [](const TreeEntry& entry) { return entry.key == "model"; });
  merge(base, value);
  base.place = value.place;
  return base;
}

}  // namespace

const IncludeKind* include_kind(std::string_view key) {
  const auto* found_kind = std::ranges::find(include_kinds, key, &IncludeKind::key);
  return found_kind == std::end(include_kinds) ? nullptr : found_kind;
}

bool is_file_name(std::string_view text) { return text.ends_with(".yaml") || text.ends_with(".yml"); }

fs::path find_named_file(const Search& search, std::string_view subfolder, const std::string& name) {
  std::vector<fs::path> folders{search.own_folder};
  folders.insert(folders.end(), search.library.begin(), search.library.end());
  for (const auto& folder : folders) {
    for (const auto& place : {folder / subfolder, folder}) {
      std::error_code ignored;
      fs::path path = place / (name + ".yaml");
      if (fs::is_regular_file(path, ignored)) return path;
    }
  }
  return {};
}

std::vector<std::string> names_in(const Search& search, std::string_view subfolder) {
  std::set<std::string> names;
  std::vector<fs::path> folders{search.own_folder};
  folders.insert(folders.end(), search.library.begin(), search.library.end());
  for (const auto& folder : folders) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder / subfolder, ignored)) {
      if (entry.path().extension() == ".yaml") names.insert(entry.path().stem().string());
    }
  }
  return {names.begin(), names.end()};
}

std::string read_file(const fs::path& path, std::vector<Problem>& problems) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    problems.push_back({path.string(), 0, 0, "", "there is no such file"});
    return {};
  }
  if (fs::is_directory(path, error)) {
    problems.push_back({path.string(), 0, 0, "", "is a folder; expected a file"});
    return {};
  }
  std::ifstream stream(path, std::ios::binary);
  std::string text(largest_file + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (stream.bad() || !(stream.eof() || stream.good())) problems.push_back({path.string(), 0, 0, "", "cannot be read"});
  return text;
}

void resolve_include(Tree& value, const IncludeKind& kind, const Search& search, std::vector<Problem>& problems) {
  Resolver resolver{kind, search, problems, {}};
  value = resolver.resolve(std::move(value));
}

void resolve_includes(Tree& scenario, const Search& search, std::vector<Problem>& problems) {
  if (scenario.kind != Tree::Kind::mapping) return;
  for (const auto& kind : include_kinds) {
    if (!find_entry(scenario, kind.key)) {
      if (kind.usual.empty()) continue;
      set_entry(scenario, kind.key, scenario.place, scalar_tree(std::string(kind.usual), scenario.place));
    }
    resolve_include(find_entry(scenario, kind.key)->value, kind, search, problems);
  }
  resolve_runbooks(scenario, search, problems);
}

void resolve_runbooks(Tree& scenario, const Search& search, std::vector<Problem>& problems) {
  TreeEntry* faults = find_entry(scenario, "faults");
  if (!faults || faults->value.kind != Tree::Kind::sequence) return;
  for (Tree& fault : faults->value.items) {
    TreeEntry* follow = fault.kind == Tree::Kind::mapping ? find_entry(fault, runbook_kind.key) : nullptr;
    if (follow) resolve_include(follow->value, runbook_kind, search, problems);
  }
}

}  // namespace poolcast::io
