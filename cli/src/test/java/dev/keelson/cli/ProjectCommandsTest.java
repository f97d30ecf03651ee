package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code init}, {@code validate}, and what commands say before anything was run. */
final class ProjectCommandsTest {
    @TempDir
    Path folder;

    @BeforeEach
    void makeAProject() {
        assertThat(Cli.run(folder, "init", "p", "--example", "football").code()).isZero();
    }

    @Test
    void madeProjectIsValid() {
        Cli text = Cli.run(folder, "-C", "p", "validate");
        Cli document = Cli.run(folder, "validate", "-p", "p/keelson.yaml", "--json");

        assertThat(text.code()).isZero();
        assertThat(text.out()).contains("is valid", "2 models");
        assertThat(document.json().get("valid").asBoolean()).isTrue();
        assertThat(document.json().get("models")).hasSize(2);
    }

    @Test
    void validatingTouchesNothing() throws IOException {
        Cli.run(folder, "-C", "p", "validate");
        Cli.run(folder, "-C", "p", "status");

        try (Stream<Path> files = Files.list(folder.resolve("p"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(".env.example", ".gitignore", "README.md", "keelson.yaml");
        }
    }

    @Test
    void nothingIsOverwritten() {
        Cli cli = Cli.run(folder, "init", "p", "--example", "football");

        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.err()).contains("error[K116]", "nothing was changed");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock = """
            timezone: Europe/London   | timezon: Europe/London     | K101 | did you mean `timezone`?
            timezone: Europe/London   | timezone: Europe/Lodnon    | K113 | Europe/London
            late_window: 3d           | late_window: three days    | K105 | 60d
            label: matches.FTR        | label: matches.FTX         | K104 | FTX
            embargo: 2d               | embargo: 1h                | K111 | embargo
            home.ratings.elo,         | home.FTHG,                 | K104 | home.FTHG
            seed: 42                  | seed: many                 | K103 | seed
            policy: recommended       | policy: recomended         | K105 | recommended
            extends: football-1x2     | extends: footbal-1x2       | K104 | football-1x2
            project: football-tips    | project: [football-tips    | K106 | keelson.yaml
            """)
    void mistakesPointToTheirPlace(String right, String wrong, String code, String said) throws IOException {
        Path file = folder.resolve("p/keelson.yaml");
        String text = Files.readString(file);
        assertThat(text).contains(right);
        Files.writeString(file, text.replaceFirst(java.util.regex.Pattern.quote(right), java.util.regex.Matcher.quoteReplacement(wrong)));

        Cli cli = Cli.run(folder, "-C", "p", "validate");
        Cli document = Cli.run(folder, "-C", "p", "validate", "--json");

        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.out()).isEmpty();
        assertThat(cli.err()).contains("error[" + code + "]", "keelson.yaml:", said);
        assertThat(document.code()).isEqualTo(2);
        assertThat(document.json().at("/problems").findValuesAsText("code")).contains(code);
        assertThat(document.json().at("/error/line").asInt()).isPositive();
    }

    @Test
    void statusBeforeTheFirstRunIsNoError() {
        Cli text = Cli.run(folder, "-C", "p", "status");
        Cli document = Cli.run(folder, "-C", "p", "status", "--json");

        assertThat(text.code()).isZero();
        assertThat(text.err()).contains("`keelson -C p run`");
        assertThat(document.json().get("ready").asBoolean()).isFalse();
    }

    @Test
    void dataBeforeTheFirstLoadIsEmpty() {
        Cli versions = Cli.run(folder, "-C", "p", "data", "versions", "--json");
        Cli quarantine = Cli.run(folder, "-C", "p", "data", "quarantine");
        Cli verify = Cli.run(folder, "-C", "p", "data", "verify");
        Cli load = Cli.run(folder, "-C", "p", "data", "load");

        assertThat(versions.json().get("versions")).isEmpty();
        assertThat(quarantine.code()).isZero();
        assertThat(quarantine.out()).isEmpty();
        assertThat(verify.code()).isEqualTo(2);
        assertThat(verify.err()).contains("error[K208]");
        assertThat(load.code()).isEqualTo(2);
        assertThat(load.err()).contains("error[K201]");
    }

    @Test
    void modelThatIsNotThereIsNamedWithASuggestion() {
        Cli cli = Cli.run(folder, "-C", "p", "predict", "footbal-1x2", "--row", "div=E0");

        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.err()).contains("error[K301]", "Maybe `football-1x2` was meant.");
    }

    @Test
    void pathsAndCommandsCanBePasted() throws IOException {
        Cli made = Cli.run(folder, "-C", "p", "init", "q", "--example", "football");
        Cli valid = Cli.run(folder, "-C", "p", "validate");
        Cli league = Cli.run(folder, "-C", "p", "simulate", "league", "--seasons", "1", "--out", "l.csv");
        Cli noFile = Cli.run(folder, "-C", "p", "predict", "football-1x2", "rows.csv");
        Cli noData = Cli.run(folder, "-C", "p", "data", "load");
        Cli other = Cli.run(folder.resolve("p/q"), "-C", "..", "data", "load");
        Cli doctor = Cli.run(folder, "-C", "p", "doctor", "--port", "0");
        Files.writeString(folder.resolve("p/keelson.yaml"), "projct: x\n");
        Cli wrong = Cli.run(folder, "-C", "p", "validate");

        assertThat(made.out().lines()).contains("p/q/keelson.yaml");
        assertThat(made.err()).contains("cd p/q && keelson simulate");
        assertThat(valid.out()).startsWith("p/keelson.yaml is valid");
        assertThat(league.out()).startsWith("p/l.csv\t");
        assertThat(noFile.err()).contains("(p/rows.csv)");
        assertThat(noData.err()).contains("p/data/football/matches.csv.gz").doesNotContain(folder.toString());
        assertThat(other.err()).contains("../data/football/matches.csv.gz").doesNotContain(folder.toString());
        assertThat(doctor.out()).contains("in p/keelson.yaml").doesNotContain(folder.toString());
        assertThat(doctor.err()).contains("`keelson -C p simulate league --out data/football/matches.csv.gz`");
        assertThat(wrong.err()).contains(" --> p/keelson.yaml:1:1");
    }

    @Test
    void suggestionsKeepTheOptionsThatNameTheProject() {
        Cli folders = Cli.run(folder, "-C", "p", "data", "versions");
        Cli files = Cli.run(folder, "-p", "p/keelson.yaml", "data", "versions");
        Cli document = Cli.run(folder, "-C", "p", "--json", "data", "verify");

        assertThat(folders.err()).contains("`keelson -C p data load`");
        assertThat(files.err()).contains("`keelson -p p/keelson.yaml data load`");
        assertThat(document.json().at("/error/hint").asText()).contains("`keelson -C p data load`");
    }

    @Test
    void fileInPlaceOfTheStateFolderIsAFault() throws IOException {
        Files.writeString(folder.resolve("p/.keelson"), "");

        Cli cli = Cli.run(folder, "-C", "p", "doctor", "--port", "0");

        assertThat(cli.code()).isEqualTo(1);
        assertThat(cli.out()).contains("fault\tstate\tp/.keelson is a file; a folder was expected.");
    }
}
