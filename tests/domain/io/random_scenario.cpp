#include "random_scenario.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include "domain/io/types.hpp"

namespace poolcast::io {
namespace {

class Maker {
public:
  explicit Maker(std::uint64_t seed) : random_(seed) {}

  template <Described T>
  void make(T& out, Constraint = {}) {
    describe(out, [&](std::string_view, auto& member, std::string_view, Constraint constraint = {}) {
      this->make(member, constraint);
    });
    if constexpr (std::same_as<T, Objective>) out.metric += "?";  // no metric of that name: its unit would bind the bounds
  }

private:
  std::size_t below(std::size_t limit) { return random_() % limit; }
  double share() { return static_cast<double>(random_() >> 11) * 0x1p-53; }

  // Inside the bounds of the key and of the type; half of the numbers are round, half use every bit.
  double number(const Constraint& constraint, double type_limit) {
    const double low = std::max(0.0, constraint.at_least);
    const double high = std::min({constraint.at_most, type_limit, 1e12});
    const double value = below(2) == 0 ? low + std::floor(share() * std::min(1000.0, high - low)) : low + share() * (high - low);
    return constraint.above_zero && value <= 0 ? std::min(1.0, high) : value;
  }

  void make(double& out, Constraint c) { out = number(c, 1e15); }
  void make(Count& out, Constraint c) { out = static_cast<Count>(number(c, 1e15)); }
  void make(Seconds& out, Constraint c) { out = Seconds{number(c, 3e9)}; }
  void make(Bytes& out, Constraint c) { out = Bytes{number(c, 1e15)}; }
  void make(Bandwidth& out, Constraint c) { out = Bandwidth{number(c, 1e15)}; }
  void make(Rate& out, Constraint c) { out = Rate{number(c, 1e12) / (below(2) == 0 ? 1 : 3600)}; }
  void make(Share& out, Constraint) { out = Share{below(3) == 0 ? static_cast<double>(below(101)) / 100 : share()}; }
  void make(Frequency& out, Constraint c) { out = Frequency{number(c, 1e12)}; }
  void make(PostRate& out, Constraint c) { out = {number(c, 1e12), static_cast<PostRate::Basis>(below(3))}; }
  void make(bool& out, Constraint) { out = below(2) == 0; }
  void make(SecondsRange& out, Constraint c) {
    make(out.low, c);
    make(out.high, c);
    if (out.low > out.high) std::swap(out.low, out.high);
  }
  void make(Quantity& out, Constraint c) {
    out.dimension = static_cast<Quantity::Dimension>(below(4));
    out.value = out.dimension == Quantity::Dimension::share ? share() : number(c, 3e9);
  }

  void make(std::string& out, Constraint) {
    static const std::vector<std::string> pieces{"a",  "Z",  "7",  " ",    "  ",   "-",  "_",   ".",      ":",      ": ",
                                                 " #", "\"", "\\", "'",    "\n",   "\t", "é",   "漢",     "😀",      "{",
                                                 "]",  ",",  "=",  "&",    "*",    "!",  "|",   ">",      "%",      "@",
                                                 "`",  "~",  "?",  "null", "true", "on", "1e3", "\u2028", "\u0085", "\uFEFF"};
    out.clear();
    for (std::size_t left = below(6); left > 0; --left) out += pieces[below(pieces.size())];
  }

  template <class Tag>
  void make(Id<Tag>& out, Constraint) {
    static const std::vector<std::string> pieces{"a", "Z", "7", "-", "_", ".", "é", "null", "on", "#", ":", "*", "'", "\\", "{"};
    std::string text;
    for (std::size_t left = 1 + below(5); left > 0; --left) text += pieces[below(pieces.size())];
    out = Id<Tag>(text);
  }

  void make(Names& out, Constraint) {
    out.each.resize(1 + below(3));
    for (std::string& name : out.each) {
      NodeId one;
      make(one, Constraint{});
      name = one.str();
    }
  }

  template <NamedValue Enum>
  void make(Enum& out, Constraint) {
    out = static_cast<Enum>(below(EnumNames<Enum>::names.size()));
  }

  template <class T>
  void make(std::optional<T>& out, Constraint c) {
    out.reset();
    if (below(2) == 0) make(out.emplace(), c);
  }

  template <class T>
  void make(std::vector<T>& out, Constraint c) {
    const auto least = static_cast<std::size_t>(std::max(0.0, c.at_least));
    const auto most = static_cast<std::size_t>(std::min(4.0, c.at_most));
    out.assign(least + below(most - least + 1), T{});
    for (T& item : out) make(item, Constraint{});
  }

  template <class T>
  void make(Parameter<T>& out, Constraint c) {
    make(out.value, c);
    make(out.origin, c);
    if (below(2) == 0) out.low = out.value;
    if (below(2) == 0) out.high = out.value;
  }

  std::mt19937_64 random_;
};

}  // namespace

Scenario random_scenario(std::uint64_t seed) {
  Scenario scenario;
  Maker(seed).make(scenario);
  return scenario;
}

}  // namespace poolcast::io
