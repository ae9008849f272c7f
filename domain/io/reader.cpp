#include "domain/io/reader.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "domain/io/types.hpp"

namespace poolcast::io {
namespace {

constexpr std::string_view own_origin = "given by the scenario";

std::string joined(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : path + "." + std::string(key);
}

bool has_control_characters(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F; });
}

// Identifiers stand in labels (`lose chat-2`) and paths (`chat_pools.chat`), so they have no blanks and no brackets.
bool is_identifier(std::string_view text) {
  return !text.empty() && text.size() <= 255 && !has_control_characters(text) &&
         text.find_first_of(" \t\n[]=,\"") == std::string_view::npos;
}

class Reader {
public:
  Reader(Positions& positions, std::vector<Problem>& problems) : positions_(positions), problems_(problems) {}

  template <Described T>
  void read(const Tree& tree, T& out, const std::string& path, Constraint = {}) {
    if (!is_kind(tree, Tree::Kind::mapping, path, "a mapping of keys")) return;
    std::vector<std::string> known;
    describe(out, [&](std::string_view key, auto& member, std::string_view meaning, Constraint constraint = {}) {
      known.emplace_back(key);
      const std::string own_path = joined(path, key);
      const TreeEntry* entry = find_entry(tree, key);
      if (!entry) {
        if (constraint.required || always_needed(member)) {
          add(tree.place, own_path, "the key is missing: " + std::string(meaning));
        }
        return;
      }
      remember(own_path, entry->place);
      read(entry->value, member, own_path, constraint);
    });
    for (const auto& entry : tree.entries) {
      if (std::ranges::find(known, entry.key) != known.end()) continue;
      add(entry.place, joined(path, entry.key), "unknown key" + suggestion(entry.key, known));
    }
    if constexpr (std::same_as<T, Objective>) adopt_dimension(out);
  }

  template <class T>
  void read(const Tree& tree, std::optional<T>& out, const std::string& path, Constraint constraint) {
    if (tree.kind == Tree::Kind::null) {
      out.reset();
      return;
    }
    read(tree, out.emplace(), path, constraint);
  }

  template <class T>
  void read(const Tree& tree, std::vector<T>& out, const std::string& path, Constraint constraint) {
    if (!is_kind(tree, Tree::Kind::sequence, path, "a list")) return;
    const auto count = static_cast<double>(tree.items.size());
    if (count < constraint.at_least || count > constraint.at_most) {
      add(tree.place, path, "found " + found(tree) + "; expected " + range_text<double>(constraint) + " items");
    }
    out.clear();
    for (std::size_t i = 0; i < tree.items.size(); ++i) {
      const std::string own_path = path + "[" + std::to_string(i) + "]";
      remember(own_path, tree.items[i].place);
      read(tree.items[i], out.emplace_back(), own_path, Constraint{});
    }
  }

  template <class T>
  void read(const Tree& tree, Parameter<T>& out, const std::string& path, Constraint constraint) {
    out = Parameter<T>{};
    out.origin = own_origin;
    if (tree.kind != Tree::Kind::mapping) return read(tree, out.value, path, constraint);
    const auto part = [&](std::string_view key, auto& member, bool needed) {
      const TreeEntry* entry = find_entry(tree, key);
      if (!entry && needed) add(tree.place, joined(path, key), "the key is missing: the number itself");
      if (!entry) return;
      remember(joined(path, key), entry->place);
      read(entry->value, member, joined(path, key), constraint);
    };
    part("value", out.value, true);
    part("low", out.low, false);
    part("high", out.high, false);
    part("origin", out.origin, false);
    const std::vector<std::string> known{"value", "low", "high", "origin"};
    for (const auto& entry : tree.entries) {
      if (std::ranges::find(known, entry.key) != known.end()) continue;
      add(entry.place, joined(path, entry.key), "unknown key" + suggestion(entry.key, known));
    }
    const auto number = [](const T& value) { return magnitudes(value).low; };
    if ((out.low && number(*out.low) > number(out.value)) || (out.high && number(*out.high) < number(out.value))) {
      add(tree.place, path, "found a value outside its own interval; expected low ≤ value ≤ high");
    }
  }

  template <NamedValue Enum>
  void read(const Tree& tree, Enum& out, const std::string& path, Constraint) {
    const auto names = file_names<Enum>();
    if (!is_kind(tree, Tree::Kind::scalar, path, one_of(names))) return;
    const auto hit = std::ranges::find(names, with_dashes(tree.scalar));
    if (hit == names.end()) {
      add(tree.place, path, "found " + found(tree) + "; expected " + one_of(names) + suggestion(tree.scalar, names));
      return;
    }
    out = static_cast<Enum>(hit - names.begin());
  }

  void read(const Tree& tree, std::string& out, const std::string& path, Constraint) {
    if (!is_kind(tree, Tree::Kind::scalar, path, "a text")) return;
    if (has_control_characters(tree.scalar)) {
      add(tree.place, path, "found control characters in " + found(tree) + "; expected plain text");
      return;
    }
    out = tree.scalar;
  }

  // One name, or a list of names.
  void read(const Tree& tree, Names& out, const std::string& path, Constraint) {
    out.each.clear();
    const auto name = [&](const Tree& one, const std::string& own_path) {
      NodeId read_name;
      read(one, read_name, own_path, Constraint{});
      if (!read_name.empty()) out.each.push_back(read_name.str());
    };
    if (tree.kind != Tree::Kind::sequence) return name(tree, path);
    if (tree.items.empty()) add(tree.place, path, "found an empty list; expected a name or a list of names");
    for (std::size_t i = 0; i < tree.items.size(); ++i) {
      const std::string own_path = path + "[" + std::to_string(i) + "]";
      remember(own_path, tree.items[i].place);
      name(tree.items[i], own_path);
    }
  }

  template <class Tag>
  void read(const Tree& tree, Id<Tag>& out, const std::string& path, Constraint) {
    if (!is_kind(tree, Tree::Kind::scalar, path, "a name")) return;
    if (!is_identifier(tree.scalar)) {
      add(tree.place, path, "found " + found(tree) + "; expected a name without blanks, brackets, commas, quotes and `=`");
      return;
    }
    out = Id<Tag>(tree.scalar);
  }

  template <Scalar T>
  void read(const Tree& tree, T& out, const std::string& path, Constraint constraint) {
    T value = out;
    if (tree.kind != Tree::Kind::scalar) {
      if (tree.kind == Tree::Kind::failed) return;
      add(tree.place, path, "found " + found(tree) + "; expected " + *parse(std::string_view{"?"}, value));
      return;
    }
    if (const Expected expected = parse(tree.scalar, value)) {
      add(tree.place, path, "found " + found(tree) + "; expected " + *expected);
      return;
    }
    const auto [low, high] = magnitudes(value);
    if (low < constraint.at_least || high > constraint.at_most || (constraint.above_zero && low <= 0)) {
      add(tree.place, path, "found " + found(tree) + "; expected " + range_text<T>(constraint));
      return;
    }
    out = value;
  }

private:
  // A cost that is not given is not zero: a cost set gives every number, or starts from one that does.
  template <class T>
  static bool always_needed(const T&) {
    return is_parameter<T>;
  }

  template <class T>
  static std::string range_text(const Constraint& constraint) {
    const bool bounded_below = constraint.at_least > -std::numeric_limits<double>::infinity();
    const bool bounded_above = constraint.at_most < std::numeric_limits<double>::infinity();
    if (constraint.above_zero) {
      return "more than 0" + (bounded_above ? " and at most " + write_bound<T>(constraint.at_most) : "");
    }
    if (bounded_below && bounded_above) return write_bound<T>(constraint.at_least) + " to " + write_bound<T>(constraint.at_most);
    return bounded_below ? "at least " + write_bound<T>(constraint.at_least) : "at most " + write_bound<T>(constraint.at_most);
  }

  // `at_most: 0.8` on a share is 80 %, as for any other share.
  static void adopt_dimension(Objective& objective) {
    const auto metric = metric_named(objective.metric);
    if (!metric || row_of(*metric).unit != Unit::share) return;
    for (auto* bound : {&objective.at_most, &objective.at_least}) {
      if (*bound && (*bound)->dimension == Quantity::Dimension::number) (*bound)->dimension = Quantity::Dimension::share;
    }
  }

  bool is_kind(const Tree& tree, Tree::Kind kind, const std::string& path, const std::string& expected) {
    if (tree.kind == kind) return true;
    if (tree.kind != Tree::Kind::failed) add(tree.place, path, "found " + found(tree) + "; expected " + expected);
    return false;
  }

  void add(const Place& place, const std::string& path, std::string message) {
    problems_.push_back(problem_at(place, path, std::move(message)));
  }

  void remember(const std::string& path, const Place& place) {
    positions_[path] = {place.file ? *place.file : "", place.line, place.column};
  }

  Positions& positions_;
  std::vector<Problem>& problems_;
};

}  // namespace

LoadedScenario read_tree(const Tree& tree, std::vector<Problem>& problems) {
  LoadedScenario loaded;
  Reader(loaded.positions, problems).read(tree, loaded.scenario, "");
  return loaded;
}

LoadedRunbook read_runbook_tree(const Tree& tree, std::vector<Problem>& problems) {
  LoadedRunbook loaded;
  Reader(loaded.positions, problems).read(tree, loaded.runbook, "");
  return loaded;
}

Place place_of(const Positions& positions, std::string key) {
  while (!key.empty()) {
    if (const auto at = positions.find(key); at != positions.end()) {
      return {std::make_shared<const std::string>(at->second.file), at->second.line, at->second.column};
    }
    const std::size_t cut = key.find_last_of(".[");
    key.resize(cut == std::string::npos ? 0 : cut);
  }
  return {};
}

void add_inconsistencies(const std::vector<Inconsistency>& found, const Positions& positions, std::vector<Problem>& problems) {
  for (const auto& [key, message, hint] : found)
    problems.push_back(problem_at(place_of(positions, key), key, message + (hint.empty() ? "" : " (" + hint + ")")));
}

void sort_by_place(std::vector<Problem>& problems) {
  std::vector<std::string> files;
  for (const auto& problem : problems) {
    if (std::ranges::find(files, problem.file) == files.end()) files.push_back(problem.file);
  }
  std::ranges::stable_sort(problems, {}, [&](const Problem& problem) {
    return std::tuple(std::ranges::find(files, problem.file) - files.begin(), problem.line, problem.column);
  });
}

}  // namespace poolcast::io
