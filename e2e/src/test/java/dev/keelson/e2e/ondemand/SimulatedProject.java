package dev.keelson.e2e.ondemand;

import dev.keelson.project.Project;
import dev.keelson.project.ProjectTemplate;
import dev.keelson.simulate.LeagueCsv;
import dev.keelson.simulate.SimulatedMatch;
import dev.keelson.wiring.Projects;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The football project of the examples over a file of matches, in a folder of its own that goes away with it. */
public final class SimulatedProject implements AutoCloseable {
    private static final Pattern FILE = Pattern.compile("(?m)^( +file: ).*$");
    private static final Pattern LEARNER = Pattern.compile("(?m)^( +learner: ).*$");

    private final Path folder;
    private final Project project;

    private SimulatedProject(Path folder, Project project) {
        this.folder = folder;
        this.project = project;
    }

    /**
     * Makes the project over a simulated league.
     *
     * @param matches in the order of the file
     */
    public static SimulatedProject of(List<SimulatedMatch> matches) {
        return of(matches, 0);
    }

    /**
     * Makes the project over a simulated league, with other boosting rounds than the example's.
     *
     * @param rounds boosting rounds, 0 for the default
     */
    public static SimulatedProject of(List<SimulatedMatch> matches, int rounds) {
        try {
            Path folder = Files.createTempDirectory("keelson-e2e-");
            Path file = folder.resolve("matches.csv");
            writeCsv(matches, file);
            return open(folder, file, rounds);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes the project over a file of matches. */
    public static SimulatedProject over(Path data) {
        try {
            return open(Files.createTempDirectory("keelson-e2e-"), data.toAbsolutePath(), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SimulatedProject open(Path folder, Path data, int rounds) throws IOException {
        String text = replaced(ProjectTemplate.text("football", "keelson.yaml"), FILE, data.toString());
        if (rounds > 0) {
            String learners =
                    "{ ensemble: [{ xgboost: { rounds: %d, max_depth: 2 } }, { logistic: { l2: 100 } }], combine: blend }"
                            .formatted(rounds);
            text = replaced(text, LEARNER, learners);
        }
        Path file = folder.resolve("keelson.yaml");
        Files.writeString(file, text);
        return new SimulatedProject(folder, Projects.read(file, Map.of()));
    }

    private static String replaced(String text, Pattern line, String by) {
        Matcher matcher = line.matcher(text);
        if (matcher.results().count() != 1) {
            throw new IllegalStateException("The example's project file no longer has one line (%s).".formatted(line));
        }
        return matcher.replaceAll("$1" + Matcher.quoteReplacement(by));
    }

    /** Writes matches as the example's source expects them. */
    public static void writeCsv(List<SimulatedMatch> matches, Path file) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            LeagueCsv.write(matches, out, false);
        }
    }

    /** The project as read from its file. */
    public Project project() {
        return project;
    }

    /** Where its file and its state lie. */
    public Path folder() {
        return folder;
    }

    /** Deletes the folder with everything in it. */
    @Override
    public void close() {
        delete(folder);
    }

    /** Deletes a folder with everything in it. */
    public static void delete(Path folder) {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
