package dev.keelson.store.catalog;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.frame.Micros;
import dev.keelson.registry.Run;
import dev.keelson.registry.spi.FilesTransaction;
import dev.keelson.registry.tracking.Search.Page;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The tree of files: a row for each file and for each folder that holds something, found by folder and name. A name is a file
 * or a folder, never both.
 */
final class FilesStatements implements FilesTransaction {
    private static final String PUT = """
            insert into files (folder, name, sha256, bytes, modified_at, run, position) values (?, ?, ?, ?, ?, ?, ?)
            on conflict (folder, name) do update set sha256 = excluded.sha256, bytes = excluded.bytes,
                modified_at = excluded.modified_at, run = coalesce(excluded.run, files.run),
                position = coalesce(excluded.position, files.position)
            where files.sha256 is not null""";

    private final CatalogStatements open;

    FilesStatements(CatalogStatements open) {
        this.open = open;
    }

    @Override
    public void put(String path, String sha256, long bytes, Instant at) {
        put(path, sha256, bytes, Micros.of(at), null, null);
    }

    private void put(
            String path, String sha256, long bytes, long at, @Nullable Long run, @Nullable Integer position) {
        String folder = folder(path);
        makeFolder(folder, path);
        if (session().update(PUT, folder, name(path), sha256, bytes, at, run, position) == 0) {
            throw taken(path, path, "a folder");
        }
    }

    private void makeFolder(String folder, String of) {
        if (folder.isEmpty()) {
            return;
        }
        String parent = folder(folder);
        Boolean isFile = session().first(
                        "select case when sha256 is null then 0 else 1 end from files where folder = ? and name = ?",
                        row -> row.getInt(1) != 0,
                        parent,
                        name(folder))
                .orElse(null);
        if (isFile == null) {
            makeFolder(parent, of);
            session().update("insert into files (folder, name) values (?, ?)", parent, name(folder));
        } else if (isFile) {
            throw taken(of, folder, "a file");
        }
    }

    private static KeelsonException taken(String path, String there, String what) {
        return new KeelsonException(
                ErrorCode.CONFLICT,
                "The file (%s) cannot be stored: (%s) is %s.".formatted(path, there, what),
                "Maybe give it another name.");
    }

    @Override
    public Optional<StoredFile> file(String path) {
        return session().first(
                        "select sha256, bytes, modified_at from files where folder = ? and name = ? and sha256 is not null",
                        row -> new StoredFile(
                                path, row.getString(1), row.getLong(2), Micros.toInstant(row.getLong(3))),
                        folder(path),
                        name(path));
    }

    @Override
    public Page<Entry> list(String folder, @Nullable String after, int limit) {
        CatalogStatements.requireLimit(limit);
        List<Entry> found = session().list(
                        "select name, sha256, bytes, modified_at from files where folder = ? and name > ? order by name limit ?",
                        row -> {
                            String name = row.getString(1);
                            String sha256 = row.getString(2);
                            return new Entry(
                                    name,
                                    sha256 == null
                                            ? null
                                            : new StoredFile(
                                                    folder.isEmpty() ? name : folder + "/" + name,
                                                    sha256,
                                                    row.getLong(3),
                                                    Micros.toInstant(row.getLong(4))));
                        },
                        folder,
                        after == null ? "" : after,
                        limit + 1L);
        return CatalogStatements.page(found, limit);
    }

    @Override
    public List<String> folders(String below, String name) {
        return session().list(
                        "select folder from files where name = ? and sha256 is null and (folder = ? or (folder > ? and folder < ?))"
                                + " order by folder",
                        row -> row.getString(1) + "/" + name,
                        name,
                        below,
                        below + "/",
                        below + "0");
    }

    @Override
    public long delete(String path) {
        String folder = folder(path);
        String name = name(path);
        long files = session().update(
                        "delete from files where folder = ? and name = ? and sha256 is not null", folder, name);
        if (files == 0) {
            // '0' is the character after '/': between them is all that begins with the path and a slash
            files = orZero(session().number(
                    "select count(*) from files where sha256 is not null and (folder = ? or (folder > ? and folder < ?))",
                    path,
                    path + "/",
                    path + "0"));
            session().update(
                            "delete from files where folder = ? or (folder > ? and folder < ?)",
                            path,
                            path + "/",
                            path + "0");
            session().update("delete from files where folder = ? and name = ?", folder, name);
        }
        removeEmpty(folder);
        return files;
    }

    @Override
    public Set<String> hashes(Predicate<String> folders) {
        Set<String> hashes = new HashSet<>();
        session().each("select folder, sha256 from files where sha256 is not null", row -> {
            if (folders.test(row.getString(1))) {
                hashes.add(row.getString(2));
            }
        });
        return hashes;
    }

    /** Removes the files of a run, wherever they are. */
    void deleteOf(long run) {
        session().list(
                        "select folder, name from files where run = ?",
                        row -> row.getString(1) + "/" + row.getString(2),
                        run)
                .forEach(this::delete);
    }

    private void removeEmpty(String folder) {
        if (!folder.isEmpty()
                && session().number("select 1 from files where folder = ? limit 1", folder) == null
                && session().update(
                                "delete from files where folder = ? and name = ? and sha256 is null",
                                folder(folder),
                                name(folder))
                        > 0) {
            removeEmpty(folder(folder));
        }
    }

    /** The files of a run of the project in place of those it had. */
    void replace(long run, String root, List<Run.Artifact> artifacts, Instant at) {
        List<String> former = session().list(
                        "select folder, name from files where run = ? and position is not null",
                        row -> row.getString(1) + "/" + row.getString(2),
                        run);
        Set<String> wanted =
                artifacts.stream().map(each -> root + "/" + each.path()).collect(Collectors.toSet());
        former.stream().filter(path -> !wanted.contains(path)).forEach(this::delete);
        int position = 0;
        for (Run.Artifact artifact : artifacts) {
            put(root + "/" + artifact.path(), artifact.sha256(), artifact.bytes(), Micros.of(at), run, position++);
        }
    }

    private static long orZero(@Nullable Long number) {
        return number == null ? 0 : number;
    }

    static String folder(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private CatalogSession session() {
        return open.session();
    }
}
