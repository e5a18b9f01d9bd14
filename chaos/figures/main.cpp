/// recado-figures: what chaos/figures.sh has measured, as markdown on stdout and as pictures beside
/// the reports.
#include "chaos/figures/picture.hpp"
#include "chaos/figures/tables.hpp"

#include <cstdio>
#include <fstream>

int main(int argc, char** argv) {
  using namespace recado::figures;
  if (argc != 2 || std::string_view{argv[1]}.starts_with("-")) {
    std::fputs("usage: recado-figures FOLDER   (build/bench, after chaos/figures.sh)\n", stderr);
    return 2;
  }
  try {
    std::filesystem::path folder{argv[1]};
    auto all = read_runs(folder);
    std::fputs(tables(all).c_str(), stdout);
    for (const auto& one : growths())
      if (auto points = series_of(all, one.name); !points.empty())
        std::ofstream{folder / (one.name + ".svg")} << picture(one, points);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "recado-figures: %s\n", error.what());
    return 1;
  }
}
