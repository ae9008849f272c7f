// The file service's tokens, kept in the store; uploads and downloads are recorded for compliance.
#pragma once

#include "reference-server/files/tokens.hpp"
#include "reference-server/serve/node.hpp"

namespace poolcast::serve {

class FileTokens : public files::TokenCheck {
public:
  FileTokens(Node& node, bool compliance) : node_(node), compliance_(compliance) {}
  void check(const std::string& token, std::function<void(Result<files::Grant>)> done) override;
  void bind(const std::string& token, const std::string& file, std::function<void(Result<Done>)> done) override;
  void record(const std::string& token, const files::FileEvent& event, std::function<void(Result<Done>)> done) override;

private:
  Node& node_;
  bool compliance_;
};

}  // namespace poolcast::serve
