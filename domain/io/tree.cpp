#include "domain/io/tree.hpp"

#include <algorithm>
#include <cstring>
#include <istream>
#include <map>
#include <optional>
#include <streambuf>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "domain/io/text.hpp"

namespace poolcast::io {
namespace {

struct GiveUp {
  Problem problem;
};

// Builds a Tree from the parser's events, with every limit checked as soon as it is passed.
class Builder final : public YAML::EventHandler {
public:
  Builder(std::shared_ptr<const std::string> file, std::vector<Problem>& problems, bool with_lines)
      : file_(std::move(file)), problems_(problems), with_lines_(with_lines) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Tree tree;
    tree.place = place(mark);
    add(std::move(tree), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto known = anchors_.find(anchor);
    if (known == anchors_.end()) give_up(mark, "an alias inside its own anchor; write the value out");
    count(mark, values_in(known->second));
    if (static_cast<int>(open_.size()) + depth_of(known->second) > deepest_nesting) too_deep(mark);
    attach(Tree(known->second));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    refuse_tag(mark, tag);
    if (tag == "!") last_quoted = mark;
    add(scalar_tree(value, place(mark)), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    refuse_tag(mark, tag);
    open(mark, Tree::Kind::sequence, anchor);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    refuse_tag(mark, tag);
    open(mark, Tree::Kind::mapping, anchor);
  }
  void OnMapEnd() override { close(); }

  // yaml-cpp 0.7 takes the end of the file for the closing quote when a line ends before it; only the last quoted text can be
  // such a one.
  void refuse_open_quote(std::string_view text) const {
    if (!last_quoted || last_quoted->pos < 0) return;
    auto at = static_cast<std::size_t>(last_quoted->pos);
    if (at >= text.size() || (text[at] != '"' && text[at] != '\'')) return;
    const char quote = text[at];
    for (++at; at < text.size() && text[at] != quote; ++at) {
      if (quote == '"' && text[at] == '\\') ++at;
    }
    if (at >= text.size()) give_up(*last_quoted, "not YAML: the quoted text that starts here is never closed");
  }

  std::optional<Tree> root;
  std::optional<YAML::Mark> last_quoted;

private:
  struct Frame {
    Tree tree;
    YAML::anchor_t anchor = 0;
    std::optional<Tree> key;  // of a mapping whose value comes next
  };

  Place place(const YAML::Mark& mark) const {
    return with_lines_ ? Place{file_, mark.line + 1, mark.column + 1} : Place{file_, 0, 0};
  }

  [[noreturn]] void give_up(const YAML::Mark& mark, std::string message) const {
    throw GiveUp{problem_at(place(mark), "", std::move(message))};
  }
  [[noreturn]] void too_deep(const YAML::Mark& mark) const {
    give_up(mark, "nested more than " + std::to_string(deepest_nesting) + " deep");
  }

  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    problems_.push_back(problem_at(place(mark), "", "found the tag " + in_quotes(tag) + "; expected a value without a tag"));
  }

  void count(const YAML::Mark& mark, std::size_t more) {
    values_ += more;
    if (values_ > most_values) give_up(mark, "more than " + std::to_string(most_values) + " values, aliases spelled out");
  }

  void open(const YAML::Mark& mark, Tree::Kind kind, YAML::anchor_t anchor) {
    count(mark, 1);
    if (static_cast<int>(open_.size()) >= deepest_nesting) too_deep(mark);
    Frame frame;
    frame.tree.kind = kind;
    frame.tree.place = place(mark);
    frame.anchor = anchor;
    open_.push_back(std::move(frame));
  }

  void close() {
    Frame frame = std::move(open_.back());
    open_.pop_back();
    remember(frame.tree, frame.anchor);
    attach(std::move(frame.tree));
  }

  void add(Tree tree, YAML::anchor_t anchor) {
    if (++values_ > most_values) {
      throw GiveUp{problem_at(tree.place, "", "more than " + std::to_string(most_values) + " values, aliases spelled out")};
    }
    remember(tree, anchor);
    attach(std::move(tree));
  }

  void remember(const Tree& tree, YAML::anchor_t anchor) {
    if (anchor == 0) return;
    remembered_ += values_in(tree);
    if (remembered_ > 4 * most_values) throw GiveUp{problem_at(tree.place, "", "too many anchors around one another")};
    anchors_[anchor] = tree;
  }

  void attach(Tree tree) {
    if (open_.empty()) {
      root = std::move(tree);
      return;
    }
    Frame& frame = open_.back();
    if (frame.tree.kind == Tree::Kind::sequence) {
      frame.tree.items.push_back(std::move(tree));
    } else if (!frame.key) {
      frame.key = std::move(tree);
    } else {
      add_entry(frame, std::move(tree));
    }
  }

  void add_entry(Frame& frame, Tree value) {
    const Tree key = std::move(*frame.key);
    frame.key.reset();
    if (key.kind != Tree::Kind::scalar) {
      problems_.push_back(problem_at(key.place, "", "found " + found(key) + " as a key; expected a word"));
      return;
    }
    auto& known = keys_of(frame.tree);
    const auto [first, fresh] = known.try_emplace(key.scalar, key.place.line);
    if (!fresh) {
      const std::string where = first->second > 0 ? "; it stands in line " + std::to_string(first->second) + " already" : "";
      problems_.push_back(problem_at(key.place, key.scalar, "duplicate key" + where));
      return;
    }
    frame.tree.entries.push_back({key.scalar, key.place, std::move(value)});
  }

  // One index per open mapping: a mapping of 50,000 keys must not cost their square.
  std::map<std::string, int>& keys_of(const Tree&) {
    key_index_.resize(open_.size());
    auto& index = key_index_.back();
    if (open_.back().tree.entries.empty()) index.clear();
    return index;
  }

  static std::size_t values_in(const Tree& tree) {
    std::size_t total = 1;
    for (const auto& item : tree.items) total += values_in(item);
    for (const auto& entry : tree.entries) total += 1 + values_in(entry.value);
    return total;
  }

  static int depth_of(const Tree& tree) {
    int deepest = 0;
    for (const auto& item : tree.items) deepest = std::max(deepest, depth_of(item));
    for (const auto& entry : tree.entries) deepest = std::max(deepest, depth_of(entry.value));
    return deepest + 1;
  }

  std::shared_ptr<const std::string> file_;
  std::vector<Problem>& problems_;
  bool with_lines_;
  std::vector<Frame> open_;
  std::vector<std::map<std::string, int>> key_index_;
  std::map<YAML::anchor_t, Tree> anchors_;
  std::size_t values_ = 0;
  std::size_t remembered_ = 0;
};

// Reads from memory that is not ours, without a copy.
class Window final : public std::streambuf {
public:
  explicit Window(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // streambuf wants it; nothing writes
    setg(begin, begin, begin + text.size());
  }
};

std::optional<Problem> unreadable(std::string_view text, const std::shared_ptr<const std::string>& file) {
  if (text.size() > largest_file) {
    return problem_at({file, 0, 0}, "", "larger than " + std::to_string(largest_file >> 20) + " MiB; not a scenario");
  }
  const auto bad = first_bad_byte(text);
  if (!bad) return std::nullopt;
  const std::string_view before = text.substr(0, *bad);
  const auto line = 1 + static_cast<int>(std::ranges::count(before, '\n'));
  const std::size_t newline = before.rfind('\n');
  const auto column = 1 + static_cast<int>(newline == std::string_view::npos ? *bad : *bad - newline - 1);
  const char* what = text[*bad] == '\0' ? "found a NUL byte" : "found a byte that is not UTF-8";
  return problem_at({file, line, column}, "", std::string(what) + "; expected text in UTF-8");
}

Tree parse_or_throw(std::string_view text, Builder& builder, const std::shared_ptr<const std::string>& file) {
  Window window(text);
  std::istream stream(&window);
  YAML::Parser parser(stream);
  if (!parser.HandleNextDocument(builder) || !builder.root) {
    throw GiveUp{problem_at({file, 0, 0}, "", "the file is empty; expected keys and values")};
  }
  builder.refuse_open_quote(text);
  Tree first = std::move(*builder.root);
  if (parser.HandleNextDocument(builder)) {
    throw GiveUp{problem_at(builder.root ? builder.root->place : Place{file, 0, 0}, "", "a second document; expected one")};
  }
  return first;
}

}  // namespace

Tree scalar_tree(std::string text, const Place& place) {
  Tree tree;
  tree.kind = Tree::Kind::scalar;
  tree.scalar = std::move(text);
  tree.place = place;
  return tree;
}

const TreeEntry* find_entry(const Tree& mapping, std::string_view key) {
  const auto found_entry = std::ranges::find(mapping.entries, key, &TreeEntry::key);
  return found_entry == mapping.entries.end() ? nullptr : &*found_entry;
}

TreeEntry* find_entry(Tree& mapping, std::string_view key) {
  return const_cast<TreeEntry*>(find_entry(std::as_const(mapping), key));
}

void set_entry(Tree& mapping, std::string_view key, const Place& place, Tree value) {
  if (TreeEntry* entry = find_entry(mapping, key)) {
    entry->place = place;
    entry->value = std::move(value);
  } else {
    mapping.entries.push_back({std::string(key), place, std::move(value)});
  }
}

std::string found(const Tree& tree) {
  switch (tree.kind) {
    case Tree::Kind::scalar:
      return in_quotes(tree.scalar);
    case Tree::Kind::sequence:
      return tree.items.empty() ? "an empty list" : "a list of " + std::to_string(tree.items.size());
    case Tree::Kind::mapping:
      return "a mapping";
    case Tree::Kind::null:
    case Tree::Kind::failed:
      break;
  }
  return "nothing";
}

Problem problem_at(const Place& place, std::string key, std::string message) {
  return {place.file ? *place.file : "", place.line, place.column, std::move(key), std::move(message)};
}

Tree parse_yaml(std::string_view text, const std::string& file, std::vector<Problem>& problems, bool with_lines) {
  const auto name = std::make_shared<const std::string>(file);
  Tree failed;
  failed.kind = Tree::Kind::failed;
  failed.place = {name, with_lines ? 1 : 0, with_lines ? 1 : 0};
  if (auto problem = unreadable(text, name)) {
    problems.push_back(std::move(*problem));
    return failed;
  }
  Builder builder(name, problems, with_lines);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // a byte order mark
  try {
    return parse_or_throw(text, builder, name);
  } catch (const GiveUp& stop) {
    problems.push_back(stop.problem);
  } catch (const YAML::Exception& error) {
    const Place at =
        with_lines && !error.mark.is_null() ? Place{name, error.mark.line + 1, error.mark.column + 1} : Place{name, 0, 0};
    problems.push_back(problem_at(at, "", "not YAML: " + error.msg));
  }
  return failed;
}

}  // namespace poolcast::io
