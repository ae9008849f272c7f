#include "sim/program/plan.hpp"

#include <iostream>
#include <iterator>

#include "domain/io/library_folders.hpp"
#include "domain/io/scenario_file.hpp"
#include "domain/limits/finding.hpp"

namespace poolcast::sim {

namespace {

// Reads the scenario, under the changes of a variant if there is one; standard input is read once and kept.
class Source {
public:
  explicit Source(const Flags& flags) : flags_(flags), options_{io::library_folders(flags.library), flags.overrides} {
    if (flags.scenario != "-") return;
    // One byte more than the reader takes, so that it, and not this, says that the text is too long.
    constexpr std::size_t most_bytes = (std::size_t{4} << 20) + 1;
    text_.resize(most_bytes);
    std::cin.read(text_.data(), static_cast<std::streamsize>(most_bytes));
    text_.resize(static_cast<std::size_t>(std::cin.gcount()));
  }

  io::LoadedScenario load(const Variant* variant) const {
    if (flags_.scenario != "-")
      return variant == nullptr ? io::load_scenario(flags_.scenario, options_)
                                : io::load_variant(flags_.scenario, options_, *variant);
    io::LoadOptions options = options_;
    if (variant != nullptr) options.overrides.insert(options.overrides.end(), variant->set.begin(), variant->set.end());
    return io::read_scenario(text_, "standard input", options);
  }

private:
  const Flags& flags_;
  io::LoadOptions options_;
  std::string text_;
};

io::Problem problem_at(const std::string& key, std::string message, const io::LoadedScenario& loaded, const Flags& flags) {
  io::Problem problem{flags.scenario == "-" ? "standard input" : flags.scenario, 0, 0, key, std::move(message)};
  const auto position = loaded.positions.find(key);
  if (position == loaded.positions.end()) return problem;
  problem.file = position->second.file;
  problem.line = position->second.line;
  problem.column = position->second.column;
  return problem;
}

std::vector<io::RunFinding> as_text(const std::vector<limits::Finding>& findings, const std::string& product) {
  std::vector<io::RunFinding> texts;
  for (const limits::Finding& finding : findings) {
    const limits::Rule* rule = limits::find_rule(product, finding.rule);
    texts.push_back({finding.rule, std::string(name_of(finding.severity)), finding.key, finding.sentence,
                     rule == nullptr ? "" : std::string(rule->source)});
  }
  return texts;
}

PlannedScenario planned(const Source& source, const Variant* variant, const Flags& flags, const Simulator& simulator) {
  const io::LoadedScenario loaded = source.load(variant);
  const std::string name = variant == nullptr ? "" : variant->name;
  const std::string where = variant == nullptr ? "" : "variant `" + name + "`: ";
  std::vector<io::Problem> problems;
  for (const Inconsistency& missing : simulator.not_modelled(loaded.scenario))
    problems.push_back(
        problem_at(missing.key, where + missing.message + (missing.hint.empty() ? "" : "; " + missing.hint), loaded, flags));
  const auto findings = limits::check(loaded.scenario);
  if (!flags.allow_unsupported)
    for (const limits::Finding& finding : findings)
      if (finding.severity == limits::Severity::error)
        problems.push_back(problem_at(finding.key,
                                      where + "breaks the documented rule " + finding.rule + ": " + finding.sentence +
                                          " (--allow-unsupported runs it all the same)",
                                      loaded, flags));
  if (!problems.empty()) throw io::ConfigError(std::move(problems));
  return {name, variant == nullptr ? std::vector<std::string>{} : variant->set, loaded.scenario,
          as_text(findings, loaded.scenario.topology.product), variant == nullptr ? std::nullopt : variant->replications};
}

}  // namespace

std::vector<PlannedScenario> make_plan(const Flags& flags, const Simulator& simulator) {
  const Source source(flags);
  std::vector<PlannedScenario> plan;
  plan.push_back(planned(source, nullptr, flags, simulator));
  if (flags.no_variants) return plan;
  const std::vector<Variant> variants = plan.front().scenario.variants;
  for (const Variant& variant : variants) plan.push_back(planned(source, &variant, flags, simulator));
  return plan;
}

}  // namespace poolcast::sim
