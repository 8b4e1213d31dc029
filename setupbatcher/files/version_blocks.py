"""The strings of a version resource, by the names of the UpdateJob manual."""

BLOCKS = (
    "comments",
    "internalname",
    "productname",
    "companyname",
    "legalcopyright",
    "productversion",
    "filedescription",
    "legaltrademarks",
    "privatebuild",
    "fileversion",
    "originalfilename",
    "specialbuild",
)
