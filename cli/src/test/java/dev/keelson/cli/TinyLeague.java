package dev.keelson.cli;

import dev.keelson.simulate.Division;
import dev.keelson.simulate.LeagueCsv;
import dev.keelson.simulate.LeagueSettings;
import dev.keelson.simulate.SimulatedLeague;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A football project whose data is small enough to train on within a test. */
final class TinyLeague {
    private TinyLeague() {}

    /** Makes the project in a folder: two divisions of ten teams, two seasons. */
    static void make(Path folder) throws IOException {
        Cli made = Cli.run(folder, "-q", "init", ".", "--example", "football");
        if (made.code() != 0) {
            throw new IllegalStateException(made.err());
        }
        Path file = folder.resolve("keelson.yaml");
        Files.writeString(
                file,
                Files.readString(file)
                        .replace("matches.csv.gz", "matches.csv")
                        .replace("max_depth: 2", "max_depth: 2, rounds: 10")
                        .replace("walk_forward: 6 folds", "walk_forward: 2 folds"));
        StringBuilder text = new StringBuilder();
        LeagueSettings settings = LeagueSettings.constant(3, 7)
                .withDivisions(List.of(new Division("E0", 10), new Division("SP1", 10)));
        LeagueCsv.write(SimulatedLeague.generate(settings), text, false);
        Files.createDirectories(folder.resolve("data/football"));
        Files.writeString(folder.resolve("data/football/matches.csv"), text);
    }
}
