#include "tests/domain/limits/arithmetic.hpp"

#include <cctype>
#include <stdexcept>
#include <string>

namespace poolcast::limits::test {
namespace {

bool is_digit(char it) { return std::isdigit(static_cast<unsigned char>(it)) != 0; }
bool is_letter(char it) { return std::isalpha(static_cast<unsigned char>(it)) != 0; }

// A recursive descent over sums of products of numbers and brackets.
class Evaluator {
public:
  explicit Evaluator(std::string_view rest) : rest_(rest) {}

  std::optional<double> whole() {
    try {
      const double value = sum();
      pass_over();
      return rest_.empty() ? std::optional(value) : std::nullopt;
    } catch (const std::invalid_argument&) {
      return std::nullopt;
    }
  }

private:
  double sum() {
    double value = product();
    while (true) {
      if (take("+"))
        value += product();
      else if (take("-"))
        value -= product();
      else
        return value;
    }
  }

  double product() {
    double value = factor();
    while (true) {
      if (take("×") || take("*"))
        value *= factor();
      else if (take("/"))
        value /= factor();
      else if (take("%"))
        value /= 100;
      else
        return value;
    }
  }

  double factor() {
    if (!take("(")) return literal();
    const double value = sum();
    if (!take(")")) throw std::invalid_argument("no closing bracket");
    return value;
  }

  double literal() {
    pass_over();
    std::string digits;
    while (!rest_.empty() && (is_digit(rest_.front()) || rest_.front() == '.' || rest_.front() == ',')) {
      if (rest_.front() != ',') digits += rest_.front();
      rest_.remove_prefix(1);
    }
    return std::stod(digits);  // throws std::invalid_argument without a digit
  }

  bool take(std::string_view symbol) {
    pass_over();
    if (!rest_.starts_with(symbol)) return false;
    rest_.remove_prefix(symbol.size());
    return true;
  }

  // Spaces, and units behind a number.
  void pass_over() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
    for (const std::string_view unit : {std::string_view("bytes"), std::string_view("s")}) {
      if (!rest_.starts_with(unit) || (rest_.size() > unit.size() && is_letter(rest_[unit.size()]))) continue;
      rest_.remove_prefix(unit.size());
      pass_over();
      return;
    }
  }

  std::string_view rest_;
};

}  // namespace

std::optional<double> evaluate(std::string_view formula) { return Evaluator(formula).whole(); }

}  // namespace poolcast::limits::test
