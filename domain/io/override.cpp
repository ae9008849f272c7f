#include "domain/io/override.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "domain/io/text.hpp"

namespace poolcast::io {
namespace {

struct Step {
  std::string key;                   // empty for an index
  std::optional<std::size_t> index;  // [2]
};

struct Override {
  Place place;
  std::string path;
  std::vector<Step> steps;
  Tree value;
};

std::optional<std::vector<Step>> parse_path(std::string_view path) {
  std::vector<Step> steps;
  while (!path.empty()) {
    if (path[0] == '[') {
      std::size_t index = 0;
      const auto [end, error] = std::from_chars(path.data() + 1, path.data() + path.size(), index);
      if (error != std::errc{} || end == path.data() + path.size() || *end != ']' || steps.empty()) return std::nullopt;
      steps.push_back({"", index});
      path.remove_prefix(static_cast<std::size_t>(end + 1 - path.data()));
    } else {
      if (!steps.empty()) {
        if (path[0] != '.') return std::nullopt;
        path.remove_prefix(1);
      }
      const std::size_t end = path.find_first_of(".[");
      if (end == 0 || path.empty()) return std::nullopt;
      steps.push_back({std::string(path.substr(0, end)), std::nullopt});
      path.remove_prefix(end == std::string_view::npos ? path.size() : end);
    }
  }
  if (steps.empty() || steps.size() > static_cast<std::size_t>(deepest_nesting)) return std::nullopt;
  return steps;
}

std::optional<Override> parse_override(const std::string& text, std::vector<Problem>& problems) {
  Override change;
  const std::string shown = "--set " + text;
  change.place = {std::make_shared<const std::string>(shown), 0, 0};
  const auto fail = [&](std::string message) {
    problems.push_back(problem_at(change.place, "", std::move(message)));
    return std::nullopt;
  };
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) return fail("expected PATH=VALUE, such as workload.users=60_000");
  change.path = text.substr(0, equals);
  if (first_bad_byte(text)) return fail("found a byte that is not UTF-8");
  const auto steps = parse_path(change.path);
  if (!steps) return fail("found " + in_quotes(change.path) + "; expected a path, such as topology.chat_pools[0].standby");
  change.steps = *steps;
  const std::string value = text.substr(equals + 1);
  if (value.find_first_not_of(' ') == std::string::npos) return fail("found nothing after `=`; expected a value");
  change.value = parse_yaml(value, shown, problems, false);
  if (change.value.kind == Tree::Kind::failed) return std::nullopt;
  return change;
}

bool names_an_include(const Override& change) {
  if (!include_kind(change.steps[0].key)) return false;
  return change.steps.size() == 1 || (change.steps.size() == 2 && change.steps[1].key == "model");
}

void change_include(Tree& scenario, const Override& change) {
  const std::string& key = change.steps[0].key;
  TreeEntry* entry = find_entry(scenario, key);
  if (change.steps.size() == 2 && entry && entry->value.kind == Tree::Kind::mapping) {
    set_entry(entry->value, "model", change.place, change.value);
  } else {
    set_entry(scenario, key, change.place, change.value);
  }
}

// A list item by its number, or by what its `name` (or `node`) says.
Tree* find_item(Tree& list, const Step& step) {
  if (step.index) return *step.index < list.items.size() ? &list.items[*step.index] : nullptr;
  for (Tree& item : list.items) {
    for (const std::string_view key : {"name", "node"}) {
      const TreeEntry* name = find_entry(item, key);
      if (name && name->value.kind == Tree::Kind::scalar && name->value.scalar == step.key) return &item;
    }
  }
  return nullptr;
}

std::vector<std::string> item_names(const Tree& list) {
  std::vector<std::string> names;
  for (const Tree& item : list.items) {
    for (const std::string_view key : {"name", "node"}) {
      const TreeEntry* name = find_entry(item, key);
      if (name && name->value.kind == Tree::Kind::scalar) names.push_back(name->value.scalar);
    }
  }
  return names;
}

// Names may have dots (`chat-1.corp.example`): steps are put together as long as that finds an item.
Tree* find_item_by_dotted_name(Tree& list, const std::vector<Step>& steps, std::size_t& at) {
  Step together = steps[at];
  for (std::size_t last = at;;) {
    if (Tree* item = find_item(list, together)) {
      at = last;
      return item;
    }
    ++last;
    if (together.index || last >= steps.size() || steps[last].index) return nullptr;
    together.key += "." + steps[last].key;
  }
}

Tree empty_mapping(const Place& place) {
  Tree tree;
  tree.kind = Tree::Kind::mapping;
  tree.place = place;
  return tree;
}

void set_in_mapping(Tree& mapping, const Override& change, const std::string& key) {
  if (key == "value") {
    // The interval and the origin of a number of a cost set belong to the old value.
    std::erase_if(mapping.entries, [](const TreeEntry& e) { return e.key == "low" || e.key == "high" || e.key == "origin"; });
  }
  set_entry(mapping, key, change.place, change.value);
}

void apply(Tree& scenario, const Override& change, std::vector<Problem>& problems) {
  const auto fail = [&](std::string message) { problems.push_back(problem_at(change.place, change.path, std::move(message))); };
  Tree* at = &scenario;
  for (std::size_t i = 0; i < change.steps.size(); ++i) {
    const Step& step = change.steps[i];
    const bool last = i + 1 == change.steps.size();
    if (at->kind == Tree::Kind::failed) return;
    if (at->kind == Tree::Kind::sequence) {
      if (step.index && *step.index == at->items.size()) at->items.push_back(empty_mapping(change.place));
      const std::size_t count = at->items.size();
      Tree* item = find_item_by_dotted_name(*at, change.steps, i);
      if (!item && step.index)
        return fail("the list has " + std::to_string(count) + " items; there is no [" + std::to_string(*step.index) + "]");
      if (!item) return fail("no item of the list is called " + in_quotes(step.key) + suggestion(step.key, item_names(*at)));
      if (i + 1 == change.steps.size()) {
        *item = change.value;
        return;
      }
      at = item;
      continue;
    }
    if (at->kind != Tree::Kind::mapping || step.index) {
      return fail("found " + found(*at) + " where the path needs " + (step.index ? "a list" : "a mapping"));
    }
    if (last) return set_in_mapping(*at, change, step.key);
    if (!find_entry(*at, step.key)) set_entry(*at, step.key, change.place, empty_mapping(change.place));
    at = &find_entry(*at, step.key)->value;
  }
}

std::vector<Override> parse_all(const std::vector<std::string>& overrides, std::vector<Problem>& problems) {
  std::vector<Override> changes;
  for (const auto& text : overrides) {
    if (auto change = parse_override(text, problems)) changes.push_back(std::move(*change));
  }
  return changes;
}

}  // namespace

void apply_changes(Tree& tree, const std::vector<std::string>& overrides, std::vector<Problem>& problems) {
  if (tree.kind != Tree::Kind::mapping) return;
  for (const auto& change : parse_all(overrides, problems)) apply(tree, change, problems);
}

void apply_overrides(Tree& scenario, const std::vector<std::string>& overrides, const Search& search,
                     std::vector<Problem>& problems) {
  if (scenario.kind != Tree::Kind::mapping) return;
  const auto changes = parse_all(overrides, problems);
  for (const auto& change : changes) {
    if (names_an_include(change)) change_include(scenario, change);
  }
  resolve_includes(scenario, search, problems);
  for (const auto& change : changes) {
    if (names_an_include(change)) continue;
    apply(scenario, change, problems);
    resolve_runbooks(scenario, search, problems);  // `faults[1].follow=mine.yaml`
  }
}

}  // namespace poolcast::io
