// A YAML document as plain values with places: what includes, overrides and the reader work on. The parser's types end here.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "domain/io/config_error.hpp"

namespace poolcast::io {

struct Place {
  std::shared_ptr<const std::string> file;
  int line = 0;
  int column = 0;
};

struct TreeEntry;

struct Tree {
  // `failed` stands for a part whose problem is already reported; the reader passes over it.
  enum class Kind { null, scalar, sequence, mapping, failed };
  Kind kind = Kind::null;
  std::string scalar;
  std::vector<Tree> items;
  std::vector<TreeEntry> entries;
  Place place;
};

struct TreeEntry {
  std::string key;
  Place place;  // of the key
  Tree value;
};

Tree scalar_tree(std::string text, const Place& place);
TreeEntry* find_entry(Tree& mapping, std::string_view key);
const TreeEntry* find_entry(const Tree& mapping, std::string_view key);
void set_entry(Tree& mapping, std::string_view key, const Place& place, Tree value);

// What a message says was found: "30", "`always`", "a list of 3", "a mapping", "nothing".
std::string found(const Tree& tree);

Problem problem_at(const Place& place, std::string key, std::string message);

inline constexpr std::size_t largest_file = std::size_t{4} << 20;  // bytes; the longest scenario we know has 6 KB
inline constexpr std::size_t most_values = 100'000;                // with aliases spelled out: an alias bomb stops here
inline constexpr int deepest_nesting = 64;

// One document. Duplicate keys and the like are added to `problems` and parsing goes on; what cannot be parsed at all gives
// a `failed` tree and one problem. `fixed_place` (the place of an override) replaces line and column.
Tree parse_yaml(std::string_view text, const std::string& file, std::vector<Problem>& problems, bool with_lines = true);

}  // namespace poolcast::io
