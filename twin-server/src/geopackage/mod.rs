//! Layers as one file of the OGC's `GeoPackage` 1.3: layers and the community's place on the Earth come in, an `SQLite`
//! database that geographic systems open goes out, at a path of the caller's. Called by the export of renewal.
//!
//! 1.3 and not 1.4: nothing that is new there is used, and GDAL before 3.7 warns of it.
//!
//! Every layer is a table of features (2.1) in WGS 84; what has no place has no geometry. Instants are in UTC to the
//! millisecond, lists of texts have commas between. Nothing waits for the disk: the file is thrown away if its writing ends
//! early.

mod geometry;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use geo::Rect;
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, SqliteConnection};
use time::OffsetDateTime;
use time::format_description::FormatItem;
use time::macros::format_description;

use crate::features::item::Value;
use crate::features::place::Frame;
use crate::features::schema::{GeometryKind, Property, PropertyType};
use crate::features::{Layer, Row};

/// Bytes of a page of the file.
const PAGE_BYTES: u64 = 4096;
/// The code of `SQLite` for a file that may not grow.
const FULL: &str = "13";
/// An instant as `GeoPackage` has it (table 1, DATETIME).
const INSTANT: &[FormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// The tables that every file has (annex C), and the two that say what is no place on the Earth.
const TABLES: &str = "
PRAGMA application_id = 0x47504B47;
PRAGMA user_version = 10300;
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
INSERT INTO gpkg_spatial_ref_sys VALUES
  ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined Cartesian coordinate reference system'),
  ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinate reference system'),
  ('WGS 84 geodetic', 4326, 'EPSG', 4326, 'GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\",6378137,298.257223563,\
AUTHORITY[\"EPSG\",\"7030\"]],AUTHORITY[\"EPSG\",\"6326\"]],PRIMEM[\"Greenwich\",0,AUTHORITY[\"EPSG\",\"8901\"]],\
UNIT[\"degree\",0.0174532925199433,AUTHORITY[\"EPSG\",\"9122\"]],AXIS[\"Latitude\",NORTH],AXIS[\"Longitude\",EAST],\
AUTHORITY[\"EPSG\",\"4326\"]]', 'longitude/latitude coordinates in decimal degrees on the WGS 84 spheroid');
";

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum GeoPackageError {
    /// It would be larger than it may.
    #[error("the file would have more than {0} bytes, the limit")]
    TooLarge(u64),
    /// There is no room for it.
    #[error("there is no room for the file where temporary files lie")]
    Full,
    /// The file cannot be written.
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
}

/// Writes layers into a file, which is empty or not there.
///
/// # Errors
/// If it would have more than `limit_bytes`, or cannot be written.
pub async fn write(
    path: &Path,
    layers: Vec<Layer>,
    frame: &Frame,
    chinese: bool,
    limit_bytes: u64,
) -> Result<(), GeoPackageError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .page_size(PAGE_BYTES as u32)
        .journal_mode(SqliteJournalMode::Off)
        .synchronous(SqliteSynchronous::Off);
    let mut connection = options.connect().await?;
    let pages = limit_bytes / PAGE_BYTES;
    let written = write_all(&mut connection, layers, frame, chinese, pages).await;
    let is_full =
        matches!(&written, Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(FULL));
    let has: i64 =
        if is_full { sqlx::query_scalar("PRAGMA page_count").fetch_one(&mut connection).await? } else { 0 };
    let closed = connection.close().await;
    // A disk without room has the same code.
    if is_full && has.unsigned_abs() >= pages {
        return Err(GeoPackageError::TooLarge(limit_bytes));
    }
    if is_full {
        return Err(GeoPackageError::Full);
    }
    Ok(written.and(closed)?)
}

async fn write_all(
    connection: &mut SqliteConnection,
    layers: Vec<Layer>,
    frame: &Frame,
    chinese: bool,
    pages: u64,
) -> Result<(), sqlx::Error> {
    let bound = format!("PRAGMA max_page_count = {pages}");
    sqlx::raw_sql(AssertSqlSafe(bound)).execute(&mut *connection).await?;
    sqlx::raw_sql("BEGIN").execute(&mut *connection).await?;
    sqlx::raw_sql(TABLES).execute(&mut *connection).await?;
    for layer in layers {
        write_layer(connection, layer, frame, chinese).await?;
    }
    sqlx::raw_sql("COMMIT").execute(connection).await?;
    Ok(())
}

async fn write_layer(
    connection: &mut SqliteConnection,
    layer: Layer,
    frame: &Frame,
    chinese: bool,
) -> Result<(), sqlx::Error> {
    let properties = layer.schema.properties();
    let (geometry, [zh, en]) = (type_of(layer.schema.geometry()), layer.about.title);
    sqlx::query(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES (?1, 'features', ?2, ?3, ?4)",
    )
    .bind(layer.about.id)
    .bind(if chinese { zh } else { en })
    .bind(layer.description[usize::from(!chinese)])
    .bind(geometry::SRS)
    .execute(&mut *connection)
    .await?;
    sqlx::query("INSERT INTO gpkg_geometry_columns VALUES (?1, 'geom', ?2, ?3, 0, 0)")
        .bind(layer.about.id)
        .bind(geometry)
        .bind(geometry::SRS)
        .execute(&mut *connection)
        .await?;
    let (table, insert) = statements(layer.about.id, geometry, properties);
    sqlx::raw_sql(AssertSqlSafe(table)).execute(&mut *connection).await?;
    let mut around: Option<Rect> = None;
    for row in layer.rows {
        let shape = row.shape().and_then(|shape| geometry::blob(&frame.plane(&shape)));
        if let Some((_, rect)) = &shape {
            around = Some(around.map_or(*rect, |around| joined(&around, rect)));
        }
        let arguments = arguments(&row, shape.map(|(blob, _)| blob), properties)?;
        let insert = AssertSqlSafe(Arc::clone(&insert));
        sqlx::query_with(insert, arguments).execute(&mut *connection).await?;
    }
    if let Some(around) = around {
        sqlx::query(
            "UPDATE gpkg_contents SET min_x = ?2, min_y = ?3, max_x = ?4, max_y = ?5 WHERE table_name = ?1",
        )
        .bind(layer.about.id)
        .bind(around.min().x)
        .bind(around.min().y)
        .bind(around.max().x)
        .bind(around.max().y)
        .execute(connection)
        .await?;
    }
    Ok(())
}

/// The statements that make a table and fill a row. Ids of collections and names of properties are ours; nothing that
/// somebody wrote stands in them.
fn statements(id: &str, geometry: &str, properties: &[Property]) -> (String, Arc<str>) {
    let mut table =
        format!("CREATE TABLE \"{id}\" (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom {geometry}");
    let mut insert = format!("INSERT INTO \"{id}\" VALUES (NULL, ?1");
    for (place, property) in (2..).zip(properties) {
        // Memory takes every text.
        let _ = write!(table, ", \"{}\" {}", property.name, column_of(property.kind));
        let _ = write!(insert, ", ?{place}");
    }
    (table + ")", (insert + ")").into())
}

fn type_of(geometry: GeometryKind) -> &'static str {
    match geometry {
        GeometryKind::Point => "POINT",
        GeometryKind::Polygon => "MULTIPOLYGON",
    }
}

fn column_of(kind: PropertyType) -> &'static str {
    match kind {
        PropertyType::Text | PropertyType::TextList | PropertyType::Mixed => "TEXT",
        PropertyType::Number => "DOUBLE",
        PropertyType::Integer => "INTEGER",
        PropertyType::Bool => "BOOLEAN",
        PropertyType::Instant => "DATETIME",
    }
}

/// The values of a row in the order of its table.
fn arguments(
    row: &Row,
    geometry: Option<Vec<u8>>,
    properties: &[Property],
) -> Result<SqliteArguments, sqlx::Error> {
    use sqlx::Arguments as _;
    let mut arguments = SqliteArguments::default();
    arguments.add(geometry).map_err(sqlx::Error::Encode)?;
    for property in properties {
        let added = match row.value(property) {
            Value::Null => arguments.add(None::<String>),
            Value::Bool(value) => arguments.add(value),
            Value::Number(number) if property.kind == PropertyType::Integer => arguments.add(number as i64),
            Value::Number(number) => arguments.add(number),
            Value::Text(text) => arguments.add(text.into_owned()),
            Value::Instant(at) => arguments.add(instant(at)),
            Value::List(list) => arguments.add(list.join(",")),
        };
        added.map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

fn instant(at: OffsetDateTime) -> Option<String> {
    at.to_offset(time::UtcOffset::UTC).format(INSTANT).ok()
}

fn joined(one: &Rect, other: &Rect) -> Rect {
    let (a, b, c, d) = (one.min(), other.min(), one.max(), other.max());
    Rect::new((a.x.min(b.x), a.y.min(b.y)), (c.x.max(d.x), c.y.max(d.y)))
}

#[cfg(test)]
mod tests {
    use twin_schemas::geometry::GeographicPoint;

    use super::*;

    #[tokio::test]
    async fn a_file_that_would_be_larger_than_it_may_is_refused_and_told_as_that() {
        let folder = tempfile::tempdir().unwrap();
        let frame = Frame::new(GeographicPoint { longitude_deg: 113.4, latitude_deg: 22.5, height_m: 0.0 });
        let of = async |name: &str, pages: u64| {
            write(&folder.path().join(name), Vec::new(), &frame, false, pages * PAGE_BYTES).await
        };
        assert!(
            matches!(of("small", 3).await, Err(GeoPackageError::TooLarge(limit)) if limit == 3 * PAGE_BYTES)
        );
        of("large", 64).await.unwrap();
    }
}
