package dev.keelson.e2e;

import dev.keelson.project.Project;
import dev.keelson.project.ProjectTemplate;
import dev.keelson.simulate.SimulatedBets;
import dev.keelson.wiring.Projects;
import dev.keelson.wiring.RunPipeline;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** The bets example over simulated bets, with a small model that was trained. */
final class BetsProject {
    static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2014-02-05T12:00:00Z"));

    private BetsProject() {}

    /**
     * Makes and runs it.
     *
     * @param serve what stands first under {@code serve} of the project file, by two blanks, with its line end; may be empty
     */
    static Project in(Path root, String serve, Map<String, String> environment) throws IOException {
        ProjectTemplate.create(root, "bets");
        Path file = root.resolve("keelson.yaml");
        Files.writeString(
                file,
                Files.readString(file)
                        .replace("max_depth: 2", "max_depth: 2, rounds: 10")
                        .replace("walk_forward: 4 folds, test: 180d", "walk_forward: 2 folds, test: 60d")
                        .replace("serve:\n", "serve:\n" + serve));
        Path data = root.resolve("data/bets/bets.csv.gz");
        Files.createDirectories(data.getParent());
        try (Writer out = new OutputStreamWriter(new GZIPOutputStream(Files.newOutputStream(data)), StandardCharsets.UTF_8)) {
            new SimulatedBets(400, 42).write(out);
        }
        Project project = Projects.read(root, environment);
        RunPipeline.run(project, CLOCK, step -> {});
        return project;
    }
}
