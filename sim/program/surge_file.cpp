#include "sim/program/surge_file.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "domain/io/config_error.hpp"
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

}  // namespace

SurgeFile::SurgeFile(std::filesystem::path path, const Scenario& scenario, std::uint64_t seed)
    : path_(std::move(path)), digest_(digest_of(scenario)), seed_(seed) {
  for (const ChatPool& pool : scenario.topology.chat_pools) pools_.push_back(pool.name.str());
}

std::filesystem::path SurgeFile::fresh_path() const { return path_.string() + ".new"; }

void SurgeFile::read(std::vector<analytic::Surge>& surges) const {
  std::ifstream in(path_);
  const Json found = Json::parse(in, nullptr, false);
  if (!found.is_object() || found.value("format", Json()) != format)
    refuse(path_, "format", std::string("found something else; expected reconnect storms that --fit-file wrote, ") + format);
  const auto expect = [&](const char* key, const Json& expected, const std::string& what) {
    if (found.value(key, Json()) != expected)
      refuse(
          path_, key,
          "the reconnect storms in it were played for " + what + "; remove it to have them played again, or name another file");
  };
  expect("version", POOLCAST_VERSION, "another version of poolcast");
  expect("seed", seed_, "another seed");
  expect("digest", digest_, "another topology, workload or cost set");
  const Json runs = found.value("runs", Json::array());
  for (analytic::Surge& surge : surges)
    for (analytic::SurgeRun& run : surge.runs) {
      const auto same = std::ranges::find_if(runs, [&](const Json& each) {
        return each.is_object() && each.value("pool", Json()) == pools_[surge.pool] &&
               each.value("servers", Json()) == surge.servers && each.value("survivors", Json()) == surge.survivors &&
               each.value("load", Json()) == run.at.present && each.value("played_s", Json()).is_number();
      });
      if (same == runs.end()) refuse(path_, "runs", "one is missing; remove the file to have all of them played again");
      run.played_s = same->at("played_s").get<double>();
    }
}

void SurgeFile::require_writable() const {
  if (!std::ofstream(fresh_path())) refuse(path_, "", "cannot be written; name a file in a folder that can be");
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
                      {"played_s", *run.played_s}});
  const Json object = {
      {"format", format}, {"version", POOLCAST_VERSION}, {"seed", seed_}, {"digest", digest_}, {"runs", std::move(runs)}};
  std::ofstream out(fresh_path());
  out << object.dump(1) << '\n';
  out.close();
  if (!out) refuse(path_, "", "could not be written; is the disk full?");
  std::filesystem::rename(fresh_path(), path_);  // whole, or as it was
}

}  // namespace poolcast::sim
