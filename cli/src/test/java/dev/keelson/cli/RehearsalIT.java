package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RehearsalIT {
    @TempDir
    private Path folder;

    @Test
    void rehearsalTrainsServesAndPredicts() {
        String early = Rehearsal.rehearse(folder);

        assertThat(early).isNull();
    }
}
