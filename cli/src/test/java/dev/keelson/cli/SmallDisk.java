package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A disk of a few MiB in memory, for tests that fill it or make it read-only; they are skipped where none can be mounted. */
final class SmallDisk implements AutoCloseable {
    private static final int BLOCK = 4096;

    private final Path folder;

    private SmallDisk(Path folder) {
        this.folder = folder;
    }

    /** Mounts one at an empty folder. */
    static SmallDisk mount(Path folder, int mebibytes) {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "A small disk is mounted on Linux alone.");
        int code = run("mount", "-t", "tmpfs", "-o", "size=%dm".formatted(mebibytes), "tmpfs", folder.toString());
        assumeTrue(code == 0, "A small disk cannot be mounted by this user: that needs root.");
        return new SmallDisk(folder);
    }

    Path folder() {
        return folder;
    }

    /** Leaves about that much room. */
    void fillUpTo(int freeBytes) throws IOException {
        try (OutputStream out = Files.newOutputStream(filler())) {
            byte[] block = new byte[BLOCK];
            while (Files.getFileStore(folder).getUsableSpace() >= freeBytes + BLOCK) {
                out.write(block);
            }
        }
    }

    /** Makes room again. */
    void empty() throws IOException {
        Files.delete(filler());
    }

    private Path filler() {
        return folder.resolve("filler");
    }

    /** Lets nobody write any more, the administrator included. */
    void makeReadOnly() {
        assertThat(run("mount", "-o", "remount,ro", folder.toString())).isZero();
    }

    /** Lets everybody write again. */
    void makeWritable() {
        assertThat(run("mount", "-o", "remount,rw", folder.toString())).isZero();
    }

    @Override
    public void close() {
        assertThat(run("umount", folder.toString())).isZero();
    }

    private static int run(String... command) {
        try {
            Process process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            if (code != 0) {
                System.err.print(said);
            }
            return code;
        } catch (IOException e) {
            return -1; // there is no such program
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The wait for (%s) was interrupted.".formatted(command[0]), e);
        }
    }
}
