package dev.keelson.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.GZIPOutputStream;

/** Writes a file of simulated data, compressed if its name ends in {@code .gz}. */
final class SimulatedFile {
    /** Makes the text of a file. */
    interface Rows {
        /**
         * Writes all of it.
         *
         * @return how many rows
         * @throws IOException if {@code out} throws it
         */
        int write(Appendable out) throws IOException;
    }

    private SimulatedFile() {}

    /**
     * Writes beside the file first, so that it is there as a whole or not at all.
     *
     * @return how many rows were written
     * @throws dev.keelson.error.KeelsonException if the file cannot be written
     */
    static int write(Path file, Rows rows) {
        Path absolute = file.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        try {
            if (parent == null || Files.isDirectory(absolute)) {
                throw new IOException("it is a folder");
            }
            Files.createDirectories(parent);
            Path staged = parent.resolve("." + absolute.getFileName() + "." + ProcessHandle.current().pid() + ".part");
            try {
                int written;
                boolean compressed = absolute.toString().endsWith(".gz");
                try (Writer writer = new OutputStreamWriter(stream(staged, compressed), StandardCharsets.UTF_8)) {
                    written = rows.write(writer);
                }
                move(staged, absolute);
                return written;
            } finally {
                Files.deleteIfExists(staged);
            }
        } catch (IOException e) {
            throw Failures.writing(file, e);
        }
    }

    private static OutputStream stream(Path staged, boolean compressed) throws IOException {
        OutputStream raw = Files.newOutputStream(staged);
        return compressed ? new GZIPOutputStream(raw, 1 << 16) : new BufferedOutputStream(raw);
    }

    private static void move(Path staged, Path target) throws IOException {
        try {
            Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(staged, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
