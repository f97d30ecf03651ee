package dev.keelson.wiring;

import dev.keelson.project.Project;
import dev.keelson.project.ProjectTemplate;
import dev.keelson.simulate.Division;
import dev.keelson.simulate.LeagueCsv;
import dev.keelson.simulate.LeagueSettings;
import dev.keelson.simulate.SimulatedLeague;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** The football project on two small simulated divisions: real stores, little to compute. */
final class TinyLeague {
    private TinyLeague() {}

    /** Makes the project in a folder; boosting gets few rounds. */
    static Project create(Path folder) throws IOException {
        ProjectTemplate.create(folder, "football");
        Path file = folder.resolve("keelson.yaml");
        String text = Files.readString(file)
                .replace("max_depth: 2", "max_depth: 2, rounds: 10")
                .replace("walk_forward: 6 folds", "walk_forward: 2 folds")
                .replace("test: 365d", "test: 120d");
        Files.writeString(file, text);
        Path data = folder.resolve("data/football/matches.csv.gz");
        Files.createDirectories(data.getParent());
        LeagueSettings settings = LeagueSettings.defaults(4, 7)
                .withDivisions(List.of(new Division("E0", 12), new Division("D1", 12)));
        try (Writer out = new OutputStreamWriter(new GZIPOutputStream(Files.newOutputStream(data)), StandardCharsets.UTF_8)) {
            LeagueCsv.write(SimulatedLeague.generate(settings), out, false);
        }
        return read(folder);
    }

    static Project read(Path folder) {
        return Projects.read(folder, Map.of());
    }

    /** Cuts a file of matches back to those before a day. */
    static void keepBefore(Path data, String day) throws IOException {
        StringBuilder kept = new StringBuilder();
        try (BufferedReader in = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(data)), StandardCharsets.UTF_8))) {
            kept.append(in.readLine()).append('\n');
            in.lines()
                    .filter(line -> line.split(",", 5)[3].compareTo(day) < 0)
                    .forEach(line -> kept.append(line).append('\n'));
        }
        try (Writer out = new OutputStreamWriter(new GZIPOutputStream(Files.newOutputStream(data)), StandardCharsets.UTF_8)) {
            out.write(kept.toString());
        }
    }
}
