package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code streaks} of files. */
final class StreaksTest {
    @TempDir
    Path folder;

    private void write(String letters) throws IOException {
        Files.writeString(folder.resolve("r.csv"), "result\n" + String.join("\n", letters.split("")) + "\n");
    }

    @Test
    void chanceIsYesAndOrderIsNo() throws IOException {
        write("WWLWLLLWWLWLLWLWWWLLWLWWLLWLWL");
        Cli chance = Cli.run(folder, "streaks", "--file", "r.csv");
        write("WWWWWWWWWWLLLLLLLLLLWWWWWWWWWWLLLLLLLLLL");
        Cli order = Cli.run(folder, "streaks", "--file", "r.csv", "--json");

        assertThat(chance.code()).as(chance.err()).isZero();
        assertThat(chance.out()).contains("longest\tW\t3", "runs\t");
        assertThat(chance.err()).contains("Nothing beyond chance in the order of 30 results", "Cannot be said:");
        assertThat(order.code()).isEqualTo(1);
        assertThat(order.json().path("verdict").asText()).isEqualTo("beyond_chance");
    }

    @Test
    void wrongQuestionsAreErrors() throws IOException {
        write("WL");

        assertThat(Cli.run(folder, "streaks").err()).contains("Neither a model nor a file is named");
        assertThat(Cli.run(folder, "streaks", "m", "--file", "r.csv").err()).contains("Both a model and a file");
        assertThat(Cli.run(folder, "streaks", "--file", "none.csv").err()).contains("There is no file (none.csv).");
        Cli column = Cli.run(folder, "streaks", "--file", "r.csv", "--result", "resultt");
        assertThat(column.code()).isEqualTo(2);
        assertThat(column.err()).contains("There is no column (resultt)", "result");
    }
}
