package dev.keelson.remote;

import dev.keelson.registry.spi.FilesTransaction.StoredFile;
import java.io.IOException;
import java.io.InputStream;

/** Where bytes go and come from, in bounded memory. */
public interface Blobs {

    /** Stores what a stream has to its end. The stream is not closed. */
    Stored put(InputStream in) throws IOException;

    /** Opens bytes by their hash. */
    InputStream open(String sha256) throws IOException;

    /** What was stored. */
    record Stored(String sha256, long bytes) {
        boolean is(StoredFile file) {
            return file.sha256().equals(sha256) && file.bytes() == bytes;
        }
    }
}
