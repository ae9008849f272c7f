#include "sim/program/surge_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "domain/io/config_error.hpp"
#include "domain/io/include.hpp"
#include "domain/io/scenario_file.hpp"

namespace poolcast::sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* format = "poolcast-surges/1";

std::string digest_of(const Scenario& scenario) {
  Scenario alone;
  alone.topology = scenario.topology;
  alone.workload = scenario.workload;
  alone.costs = scenario.costs;
  return io::digest(alone);
}

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& key, const std::string& message) {
  throw io::ConfigError({{path.string(), 0, 0, key, message}});
}

// False when it is there already, whose ever it is, or cannot be written as a whole.
bool write_fresh(const std::filesystem::path& path, const std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), "wx");
  if (file == nullptr) return false;
  const bool is_whole = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const bool is_closed = std::fclose(file) == 0;
  if (is_whole && is_closed) return true;
  std::filesystem::remove(path);
  return false;
}

}  // namespace

SurgeFile::SurgeFile(std::filesystem::path path, const Scenario& scenario, std::uint64_t seed)
    : path_(std::move(path)), digest_(digest_of(scenario)), seed_(seed) {
  for (const ChatPool& pool : scenario.topology.chat_pools) pools_.push_back(pool.name.str());
}

std::filesystem::path SurgeFile::fresh_path() const { return path_.string() + "." + std::to_string(::getpid()) + ".new"; }

void SurgeFile::read(std::vector<analytic::Surge>& surges) const {
  std::vector<io::Problem> problems;
  const std::string text = io::read_file(path_, problems);
  if (!problems.empty()) throw io::ConfigError(std::move(problems));
  if (text.find_first_not_of(" \t\r\n") == std::string::npos)
    refuse(path_, "", "is empty; remove it to have the reconnect storms played and written to it");
  const Json found = Json::parse(text, nullptr, false);
  if (!found.is_object() || found.value("format", Json()) != format)
    refuse(path_, "format", std::string("found something else; expected reconnect storms that --fit-file wrote, ") + format);
  const auto expect = [&](const char* key, const Json& expected, const std::string& what) {
    if (found.value(key, Json()) != expected)
      refuse(
          path_, key,
          "the reconnect storms in it were played for " + what + "; remove it to have them played again, or name another file");
  };
  expect("version", POOLCAST_VERSION, "another version of poolcast");
  expect("revision", surge_revision, "another revision of the simulator");
  expect("seed", seed_, "another seed");
  expect("digest", digest_, "another topology, workload or cost set");
  const Json runs = found.value("runs", Json::array());
  for (analytic::Surge& surge : surges)
    for (analytic::SurgeRun& run : surge.runs) {
      const auto same = std::ranges::find_if(runs, [&](const Json& each) {
        return each.is_object() && each.value("pool", Json()) == pools_[surge.pool] &&
               each.value("servers", Json()) == surge.servers && each.value("survivors", Json()) == surge.survivors &&
               each.value("load", Json()) == run.at.present && each.value("activity", Json()) == run.at.activity &&
               each.value("played_s", Json()).is_number() && each.value("all_back", Json()).is_boolean();
      });
      if (same == runs.end()) refuse(path_, "runs", "one is missing; remove the file to have all of them played again");
      run.played_s = same->at("played_s").get<double>();
      run.all_back = same->at("all_back").get<bool>();
    }
}

void SurgeFile::require_writable() const {
  if (!write_fresh(fresh_path(), "")) refuse(path_, "", "cannot be written; name a file in a folder that can be");
  std::filesystem::remove(fresh_path());  // a stop while it plays is to leave nothing behind
}

void SurgeFile::write(const std::vector<analytic::Surge>& surges) const {
  Json runs = Json::array();
  for (const analytic::Surge& surge : surges)
    for (const analytic::SurgeRun& run : surge.runs)
      runs.push_back({{"pool", pools_[surge.pool]},
                      {"servers", surge.servers},
                      {"survivors", surge.survivors},
                      {"load", run.at.present},
                      {"activity", run.at.activity},
                      {"played_s", *run.played_s},
                      {"all_back", run.all_back}});
  const Json object = {{"format", format}, {"version", POOLCAST_VERSION}, {"revision", surge_revision},
                       {"seed", seed_},    {"digest", digest_},           {"runs", std::move(runs)}};
  if (!write_fresh(fresh_path(), object.dump(1) + "\n")) refuse(path_, "", "could not be written; is the disk full?");
  std::filesystem::rename(fresh_path(), path_);  // whole, or as it was
}

}  // namespace poolcast::sim
