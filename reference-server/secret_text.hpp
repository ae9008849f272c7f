// A password or key in memory: it cannot be printed, logged, compared or copied by accident, and is wiped when it goes.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace poolcast {

class SecretText {
public:
  SecretText() = default;
  explicit SecretText(std::string text) : text_(std::move(text)) {}
  SecretText(const SecretText&) = default;
  // Copies, because a string that was moved from may keep its characters.
  SecretText(SecretText&& other) noexcept : text_(other.text_) { other.wipe(); }  // NOLINT(performance-move-constructor-init)
  SecretText& operator=(const SecretText& other) {
    if (this != &other) {
      wipe();
      text_ = other.text_;
    }
    return *this;
  }
  SecretText& operator=(SecretText&& other) noexcept {
    if (this != &other) {
      wipe();
      text_ = other.text_;
      other.wipe();
    }
    return *this;
  }
  ~SecretText() { wipe(); }

  // The only way to the characters; whoever writes it down is easy to find.
  std::string_view reveal() const { return text_; }
  bool empty() const { return text_.empty(); }

  bool operator==(const SecretText&) const = delete;  // compare in constant time, where it is used
  friend std::ostream& operator<<(std::ostream&, const SecretText&) = delete;

private:
  void wipe() noexcept {
    volatile char* at = text_.data();  // volatile: a plain loop over what is about to go would be left out
    for (std::size_t i = 0; i < text_.size(); ++i) at[i] = '\0';
    text_.clear();
  }

  std::string text_;
};

}  // namespace poolcast
