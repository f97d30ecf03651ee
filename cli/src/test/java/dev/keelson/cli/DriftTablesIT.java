package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two files compared, and made wrong on purpose, where there is no project. */
final class DriftTablesIT {
    @TempDir
    Path folder;

    @BeforeEach
    void files() throws IOException {
        table("reference.csv", 1, 3_000, 0);
        table("same.csv", 2, 900, 0);
        table("moved.csv", 3, 900, 0.6);
        table("few.csv", 4, 40, 0.6);
    }

    private void table(String name, int seed, int rows, double shift) throws IOException {
        Random random = new Random(seed);
        StringBuilder csv = new StringBuilder("odds,elo,league,day\n");
        for (int i = 0; i < rows; i++) {
            csv.append("%.4f,%.2f,%s,2024-%02d-%02d%n"
                    .formatted(
                            Math.exp(0.4 * random.nextGaussian()),
                            1_500 + 100 * (random.nextGaussian() + shift),
                            random.nextDouble() < 0.7 ? "E0" : "E1",
                            1 + i * 12 / rows,
                            1 + random.nextInt(28)));
        }
        Files.writeString(folder.resolve(name), csv);
    }

    private Cli keelson(String command) {
        return Cli.run(folder, command.split(" "));
    }

    @Test
    void exitCodesTellDriftFromNoneAndFromTooLittle() {
        Cli same = keelson("drift check --reference reference.csv --current same.csv");
        Cli moved = keelson("drift check --reference reference.csv --current moved.csv --json");
        Cli few = keelson("drift check --reference reference.csv --current few.csv");
        Cli gone = keelson("drift simulate few.csv --drop elo --check --json");
        Cli strict = keelson("drift check --reference reference.csv --current few.csv --require-evidence");

        assertThat(same.code()).as(same.err()).isZero();
        assertThat(moved.code()).as(moved.err()).isEqualTo(1);
        assertThat(moved.json().path("features").path(0).path("name").asText()).isEqualTo("elo");
        assertThat(moved.json().path("features").path(0).path("severity").asText()).isEqualTo("severe");
        assertThat(moved.json().path("not_judged").path("day").asText()).isEqualTo("a time");
        assertThat(moved.json().has("from") || moved.json().has("to")).as("files without a time have none").isFalse();
        assertThat(few.code()).isZero();
        assertThat(few.err()).contains("3,000 reference rows and 40 current ones; 100 of each are needed to judge.");
        assertThat(gone.code()).isOne();
        assertThat(gone.json().at("/report/reason").asText())
                .isEqualTo("elo: a column that only the reference has. Nothing else could be judged: There are 40 reference rows and 40 current ones; 100 of each are needed to judge.");
        assertThat(gone.json().at("/report/not_judged/odds").asText()).isEqualTo("too few rows");
        assertThat(strict.code()).isEqualTo(2);
    }

    @Test
    void columnThatIsNoLongerFilledIsMissingAndRaggedLinesAreNoDrift() throws IOException {
        Path same = folder.resolve("same.csv");
        Files.writeString(folder.resolve("emptied.csv"), Files.readString(same).replaceAll("(?m)^[0-9.]+,", ","));
        Files.writeString(folder.resolve("ragged.csv"), Files.readString(same).replaceFirst("(?m)$\\R", "\n1.5,more\n"));

        Cli emptied = keelson("drift check --reference reference.csv --current emptied.csv --json");
        Cli ragged = keelson("drift check --reference reference.csv --current ragged.csv");

        assertThat(emptied.code()).as(emptied.err()).isOne();
        assertThat(emptied.json().path("reason").asText()).contains("odds (missing 100 %)").doesNotContain("texts");
        assertThat(ragged.code()).isEqualTo(2);
        assertThat(ragged.err()).contains("The line has 2 cells; the header has 4.", "ragged.csv:2");
    }

    @Test
    void aTimeOfAFileIsTakenByItsColumn() {
        Cli cli = keelson(
                "drift check --reference reference.csv@2024-01-01..2024-07-01 --current reference.csv@30d --time day --json");

        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.json().path("reference").asText()).contains("from 2024-01-01").contains("to 2024-06-28");
        assertThat(cli.json().path("n_samples_reference").asInt()).isEqualTo(1_500);
        assertThat(cli.json().path("from").asText()).startsWith("2024-1");
    }

    @Test
    void methodAndThresholdAreSaidForThisCall() {
        Cli cli = keelson(
                "drift check --reference reference.csv --current moved.csv --method psi --method league=hellinger --threshold elo=9 --json");

        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.json().path("policy").asText()).isEqualTo("methods");
        JsonNode elo = cli.json().path("features").findParents("method").stream()
                .filter(each -> each.path("name").asText().equals("elo"))
                .findFirst()
                .orElseThrow();
        assertThat(elo.at("/method/distance").asDouble()).isBetween(0.2, 0.6);
        assertThat(elo.at("/method/threshold").asDouble()).isEqualTo(9);
    }

    @Test
    void everythingThatIsWrongIsToldAtOnce() {
        Cli simulated = keelson("drift simulate reference.csv --drop eloo --noise nix=1 --swap league:A --scale x=x --check");
        Cli checked = keelson("drift check --reference none.csv --current moved.csv --policy acis2 --method ks --share 7");

        assertThat(simulated.code()).isEqualTo(2);
        assertThat(simulated.err()).contains("`swap` is `league:A`", "`scale` is `x=x`", "no column (eloo)", "no column (nix)");
        assertThat(checked.code()).isEqualTo(2);
        assertThat(checked.err())
                .contains("There is no policy (acis2)", "`share` is 7.0", "none.csv")
                .doesNotContain("have no effect");
    }

    @Test
    void aSimulatedFaultIsWrittenAndNoticed() throws IOException {
        Cli scaled = keelson("drift simulate reference.csv --scale odds=1.2 --check --json");
        Cli swapped = keelson("drift simulate reference.csv --swap league:E0=E1 --check");
        Cli dropped = keelson("drift simulate reference.csv --drop elo --check");
        Cli stuck = keelson("drift simulate reference.csv --stuck elo --check");
        Cli written = keelson("drift simulate reference.csv --shift elo=1 --noise odds=0.1 --seed 3 --out one.csv");
        Cli again = keelson("drift simulate reference.csv --shift elo=1 --noise odds=0.1 --seed 3 --out two.csv");
        Cli taken = keelson("drift simulate reference.csv --shift elo=1 --out one.csv");

        assertThat(scaled.code()).as(scaled.err()).isEqualTo(1);
        assertThat(scaled.json().at("/report/features/0/name").asText()).isEqualTo("odds");
        assertThat(swapped.code()).isEqualTo(1);
        assertThat(dropped.code()).isEqualTo(1);
        assertThat(dropped.err()).contains("elo: a column that only the reference has.");
        assertThat(stuck.code()).isEqualTo(1);
        assertThat(written.code()).as(written.err()).isZero();
        assertThat(again.code()).isZero();
        assertThat(Files.readString(folder.resolve("one.csv"))).isEqualTo(Files.readString(folder.resolve("two.csv")));
        assertThat(Files.readAllLines(folder.resolve("one.csv"))).hasSize(3_001);
        assertThat(taken.code()).isEqualTo(2);
        assertThat(taken.err()).contains("There is a file (one.csv) already.");
    }

    @Test
    void thresholdOfATestIsAPValue() {
        Cli test = keelson("drift check --reference reference.csv --current moved.csv --method ks --threshold 7");
        Cli distance = keelson("drift check --reference reference.csv --current moved.csv --method wasserstein --threshold 7");

        assertThat(test.code()).isEqualTo(2);
        assertThat(test.err()).contains("the threshold 7.0 does not suit ks, whose value is a p-value: a number above 0 and at most 1 was expected.");
        assertThat(distance.code()).as(distance.err()).isIn(0, 1);
    }

    @Test
    void timeThatEndsBeforeItBeginsIsRefused() {
        Cli reversed = keelson("drift check --reference reference.csv@2026-12-01..2026-01-01 --current moved.csv");

        assertThat(reversed.code()).isEqualTo(2);
        assertThat(reversed.err()).contains("The time (2026-12-01..2026-01-01) ends before it begins", "Maybe they were exchanged.");
    }

    @Test
    void whatIsWrongOfAFaultIsSaidAllAtOnce() {
        Cli cli = keelson("drift simulate reference.csv --scale od=1.2 --scale league=2 --swap league:E0=E9 --drop nothing --check");
        Cli texts = keelson("drift simulate reference.csv --scale odds --shift elo=much --check");
        Cli nothing = keelson("drift simulate reference.csv");
        Cli empty = keelson("drift simulate reference.csv --drop odds --drop elo --drop league --drop day --check");

        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.err())
                .contains("`scale od=1.2`: reference.csv has no column (od)")
                .contains("`scale league=2`: the column (league) has no numbers")
                .contains("`swap league:E0=E9`: the column (league) never is `E9`; it is E0, E1")
                .contains("`drop nothing`: reference.csv has no column (nothing)");
        assertThat(texts.err())
                .contains("`scale` is `odds`, and COLUMN=NUMBER was expected.")
                .contains("`shift` is `elo=much`");
        assertThat(nothing.code()).isEqualTo(2);
        assertThat(nothing.err()).contains("No change is asked for", "neither written nor judged");
        assertThat(empty.code()).isEqualTo(2);
        assertThat(empty.err()).contains("`drop` leaves no column of reference.csv.");
    }

    @Test
    void withoutAProjectOnlyFilesAreCompared() {
        Cli cli = keelson("drift check --reference champion --current moved.csv");

        assertThat(cli.code()).isEqualTo(2);
    }
}
